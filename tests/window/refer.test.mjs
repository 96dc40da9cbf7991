// A referral from an empty window to the mailbox of the service, by keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnward } from './harness/machine.mjs';
import { SMITH } from './harness/patients.mjs';

test('a referral goes by keyboard alone from an empty window to the service', async (t) => {
	const person = await openOnward(t);
	await person.copiesElsewhere(SMITH);
	await person.press('Control+v');
	await person.seesText('.banner__name', 'SMITH, John (Mr)');
	await person.type('platf');
	await person.seesText('#card-name', 'Pain Platform');
	await person.press('Enter');
	await person.seesFocus('reasons');
	console.log(await person.session.run(() => document.body.innerText));
});
