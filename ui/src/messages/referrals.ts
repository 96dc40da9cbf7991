// A referral's states, who answers for it, what happened, and what a person can do.
import { SEND_PROBLEMS } from './sending';
import type { Words } from './words';

/** A referral's state. "Sent" is only a mail server's word; the tick waits for the service's own. */
export const STATES: Words = {
	draft: 'Draft',
	queued: 'Queued',
	undone: 'NOT SENT: undone',
	sending: 'Sending',
	sent: 'Sent: the mail server accepted it',
	unknown: 'Not certain: it may have been sent',
	failed: 'NOT SENT: failed',
	held: 'NOT SENT: held',
	received: 'Received by the service',
	'information-requested': 'The service asks for more',
	accepted: 'Accepted by the service',
	redirected: 'Passed on to another service',
	'stepped-up': 'Stepped up',
	'stepped-down': 'Stepped down',
	'could-not-contact': 'The service could not reach the patient',
	started: 'Started',
	ended: 'Ended',
	rejected: 'Not accepted by the service',
	withdrawn: 'Withdrawn',
	declined: 'The patient said no',
	parked: 'Parked',
	'no-good-local-service': 'No good local service',
};

/** States that the service itself has confirmed: only these may have a tick. */
export const CONFIRMED_BY_SERVICE: ReadonlySet<string> = new Set(['received', 'accepted', 'started']);

export const EVENT_TYPES: Words = {
	...STATES,
	undone: 'Undone: not sent',
	sending: 'Began to send',
	failed: 'Could not be sent',
	held: 'Held: not sent',
	postponed: 'Postponed: will be tried again',
	parked: 'Offered, put off for now',
	recalled: 'Taken up again: asked anew',
	chased: 'Chased, or dealt with',
	acknowledged: 'Seen, and acted on',
	'tried-again': 'Queued again by a person',
	'decided-arrived': 'A person decided: it arrived',
	'decided-send-again': 'A person decided: send again, marked as a possible duplicate',
};

export const RESPONSIBILITY: Words = {
	practice: 'The practice holds clinical responsibility until it is accepted',
	service: 'The service holds clinical responsibility',
};

export const OWNERS: Words = {
	'practice-admin': 'practice admin',
	referrer: 'the referrer',
};

/** Who did it: a member of staff by name, or the program by itself. */
export function actorWords(actor: string): string {
	return actor === 'onward' ? 'Onward' : actor;
}

/** What a line of the timeline adds: why, where it is a code, else a person’s own words as they are. */
export function timelineWords(detail: string): string {
	return SEND_PROBLEMS[detail] ?? detail;
}

export const UNKNOWN_SEND = {
	heading: 'It may have been sent, or not',
	text: 'Nobody can tell from here. It is never sent again without a person’s decision. Phone the service and ask whether it arrived.',
	noPhone: 'No phone number is known for this service.',
	itArrived: 'It arrived',
	sendAgain: 'Send again, marked as a possible duplicate',
} as const;

export const ACTIONS: Words = {
	undo: 'Undo',
	'send-now': 'Send now',
	'try-again': 'Try again',
	'it-arrived': UNKNOWN_SEND.itArrived,
	'send-again': UNKNOWN_SEND.sendAgain,
	withdraw: 'Withdraw',
};
