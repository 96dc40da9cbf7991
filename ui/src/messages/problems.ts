// What stands in the way of sending: the fields, and what is wrong with them.
import type { PatientField } from '../backend/types';
import { DECEASED, PATIENT_FIELDS } from './patient';
import { words, type Words } from './words';

export const FORM_FIELDS: Words = {
	patient: 'Patient',
	serviceId: 'Service',
	criteria: 'What was written about the service’s criteria',
	reasons: 'Reason',
	reasonText: 'Reason in your own words',
	consent: 'Agreement',
	consentNote: 'Who agreed on their behalf',
	crisis: 'In crisis',
	crisisNote: 'How the crisis was dealt with',
	redFlags: 'Red flags',
	redFlagsNote: 'How the red flags were dealt with',
	bestTimes: 'Best times to ring',
	phq9Total: 'The total of the PHQ-9',
	phq9Item9: 'Item 9 of the PHQ-9',
	willPhone: 'That you will phone',
};

/** What is wrong with a field, to follow the field's name. */
export const PROBLEM_CODES: Words = {
	'address-changed': 'has a new sending address since you chose it: choose another service, then this one again',
	'do-not-refer': 'is one that this practice does not refer to: choose another, or ask whoever said so',
	'not-approved': 'has a sending address that the practice has not approved yet, so it cannot be sent: refer another way',
	missing: 'is missing',
	'not-valid': 'is not valid: check it against the record',
	'not-a-date': 'is not a date: write it like 14-Jul-1945',
	'check-digit': 'does not add up: one digit is wrong, check it against the record',
	placeholder: 'is a placeholder, not a real one: check the record',
	future: 'is in the future: check it against the record',
	'too-old': 'is too long ago: check it against the record',
	'ask-again': 'was noted when this was put off: ask again, and choose what holds now',
	conflict: 'has two different values in what was pasted: choose the right one',
	'too-long': 'is too long: shorten it',
	deceased: 'has died, so nothing can be referred',
	'not-demonstration': 'is not a test number: a demonstration takes only numbers that begin with 999',
	age: 'is not open to this patient’s age: choose another service',
	area: 'does not serve this patient’s area: choose another service',
	closed: 'is closed: choose another service',
	paused: 'is paused: choose another service',
	unknown: 'is not in the directory any more: choose a service again',
	'not-sent-from-here': 'is not sent to from here: the card says how to refer',
};

/** Where a plain sentence is clearer than "field + problem". */
export const PROBLEM_SENTENCES: Words = {
	'patient:missing': 'Paste or type the patient’s details',
	'patient:deceased': DECEASED.heading,
	'serviceId:missing': 'Choose a service',
	'reasons:missing': 'Say why: tick a reason or write it in your own words',
	'consent:missing': 'Say who agreed to this referral',
	'consentNote:missing': 'Say who agreed on the patient’s behalf, and why',
	'crisis:missing': 'Answer “In crisis?”',
	'crisisNote:missing': 'Say how the crisis was dealt with',
	'redFlags:missing': 'Answer “Red flags?”',
	'redFlagsNote:missing': 'Say how the red flags were dealt with',
	'willPhone:missing': 'Its record is old: say that you will phone the service',
	'phq9Total:not-valid': 'The total of a PHQ-9 is 0 to 27: correct it, or leave it empty',
	'phq9Item9:not-valid': 'Item 9 of a PHQ-9 is 0 to 3: correct it, or leave it empty',
	'noNhsNumberReason:missing': 'Enter the NHS number, or say why there is none',
	'nhsNumber:missing': 'Enter the NHS number, or say why there is none',
	'birthDate:missing': 'Enter the date of birth',
	'family:missing': 'Enter the family name',
};

export function fieldWords(field: string, question: string | null = null): string {
	if (field.startsWith('extra:')) return question ?? 'The service’s question';
	return FORM_FIELDS[field] ?? PATIENT_FIELDS[field as PatientField] ?? field;
}

export function problemWords(field: string, code: string, detail: string | null, question: string | null = null): string {
	const sentence = PROBLEM_SENTENCES[`${field}:${code}`];
	if (sentence !== undefined) return sentence;
	if (field.startsWith('extra:') && PROBLEM_CODES[code] === PROBLEM_CODES['missing'])
		return `Answer “${fieldWords(field, question)}”`;
	const what = `${fieldWords(field, question)} ${words(PROBLEM_CODES, code)}`;
	return detail === null ? what : `${what} (${detail})`;
}
