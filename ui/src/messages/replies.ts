// What a service answers, silence, and what the practice does about it.
import type { Reply } from '../backend/types';
import type { Words } from './words';

export const REPLIES: readonly { readonly value: Reply; readonly words: string; readonly needsWords: boolean }[] = [
	{ value: 'received', words: 'Received it', needsWords: false },
	{ value: 'accepted', words: 'Accepts the patient', needsWords: false },
	{ value: 'informationRequested', words: 'Asks for more', needsWords: true },
	{ value: 'couldNotContact', words: 'Could not reach the patient', needsWords: false },
	{ value: 'rejected', words: 'Does not accept', needsWords: true },
	{ value: 'ended', words: 'Has ended', needsWords: false },
];

export const REPLY = {
	summary: 'Write down what the service answered',
	legend: 'The service',
	words: 'In words: which service took it, what they ask for, why not and what they suggest, how it ended',
	wordsMissing: 'Say it in words, so that whoever reads it next can act',
	choose: 'Choose what the service answered',
	record: 'Write it down',
} as const;

export const FOLLOW_UP = {
	chased: 'Chased, or dealt with',
	chasedWords: 'What was said or done (may stay empty)',
	chasedOn: 'Look again on (empty: in 5 working days)',
	acknowledged: 'Seen, and acted on',
	acknowledgedWords: 'What was done next',
	acknowledgedAbout: 'It stays on top for the referrer, and for the practice admin as deputy, until somebody says what was done.',
} as const;

export const SILENT = {
	heading: 'No answer: chase',
	about: 'The day on which the service was to answer has passed. One call may serve all of a service.',
	noPhone: 'No phone number is known',
	chased: 'Chased: look again in 5 working days',
} as const;

/** Why a referral stands on top of the list. */
export const ATTENTION: Words = {
	failed: 'could not be sent',
	unknown: 'not certain whether it was sent',
	held: 'held for a person',
	rejected: 'not accepted: say what was done next',
	'information-requested': 'the service asks for more',
	'could-not-contact': 'the service could not reach the patient',
	'no-answer': 'no answer: chase',
	'recall-due': 'offer again',
	'not-leaving': 'has been waiting to leave for over 15 minutes',
};
