// The steps of a referral that several stories share.
import { SMITH } from './patients.mjs';

/** Patient, service, reason, agreement, crisis and red flags, up to the Send button, which is left unpressed. */
export async function fillsIn(person, { patient = SMITH, banner = 'SMITH, John (Mr)', query = 'iapt', downs = 0, service = 'NHS Talking Therapies' } = {}) {
	await person.pastes(patient);
	await person.seesText('.banner__name', banner);
	await person.type(query);
	await person.seesText('#hits', `why: ${query}`);
	for (let down = 0; down < downs; down += 1) await person.press('ArrowDown');
	await person.seesText('#card-name', service);
	await person.press('Enter');
	await person.seesFocus('reasons');
	await person.press('1', 'Enter');
	await person.seesFocus('consent');
	await person.press('1');
	await person.seesFocus('crisis');
	await person.press('1');
	await person.seesFocus('redFlags');
	await person.press('1');
	await person.seesFocus('send');
}

/** Presses Send and gives the reference. */
export async function sends(person) {
	await person.press('Enter');
	await person.seesText('.leaving__text', 'Queued as ONW-');
	await person.sees('the patient leaves the screen', () => document.querySelector('.banner') === null);
	await person.seesFocus('search');
	return /ONW-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await person.text('.leaving__text'))?.[0];
}

/** The form as it stands on the screen, for comparing. */
export function form(person) {
	return person.session.run(() =>
		[...document.querySelectorAll('.refer__form input, .refer__form textarea, .refer__form select')].map(
			(field) => `${field.id}: ${field.type === 'radio' || field.type === 'checkbox' ? field.checked : field.value}`,
		),
	);
}
