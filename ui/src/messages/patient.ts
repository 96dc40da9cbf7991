// What is said of the patient: the fields, and referrals made earlier.
import type { PatientField } from '../backend/types';
import { STATES } from './referrals';
import { words } from './words';

export const PATIENT_FIELDS: Readonly<Record<PatientField, string>> = {
	nhsNumber: 'NHS number',
	noNhsNumberReason: 'Why there is no NHS number',
	title: 'Title',
	given: 'Given name',
	family: 'Family name',
	birthDate: 'Date of birth',
	gender: 'Gender',
	address: 'Address',
	postcode: 'Postcode',
	phones: 'Phone numbers',
	email: 'Email address',
	language: 'Language',
	interpreterNeeded: 'Interpreter needed',
	communicationNeeds: 'Communication needs',
	safeContactNote: 'Safe to contact: anything to know',
};

export const PATIENT_HINTS: Readonly<Partial<Record<PatientField, string>>> = {
	birthDate: 'For example, 14-Jul-1945',
	phones: 'One a line',
	address: 'One part a line',
	communicationNeeds: 'Such as large print, British Sign Language, easy read',
	safeContactNote: 'Such as “only ring before 3”',
};

/** Referrals of the same person that this computer knows of. */
export const EARLIER = {
	heading: 'Open referrals (on this computer):',
	region: 'Open referrals of this patient',
} as const;

function dayWords(days: number): string {
	return days === 0 ? 'today' : `day ${days}`;
}

/** “Pain Platform: accepted by the service, day 22”. */
export function earlierWords(serviceName: string, state: string, days: number): string {
	const where = words(STATES, state);
	const said = where.startsWith('NOT') ? where : where.charAt(0).toLowerCase() + where.slice(1);
	return `${serviceName}: ${said}, ${dayWords(days)}`;
}

/** Pointed out at the service's choice; it stands in nobody's way. */
export function repeatWords(reference: string, state: string, days: number): string {
	const when = days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`;
	if (state === 'parked' || state === 'declined' || state === 'draft')
		return `Offered ${when} (${reference}, on this computer): ${words(STATES, state)}. You can still send.`;
	return `Already referred here ${when} (${reference}, on this computer): ${words(STATES, state)}. You can still send.`;
}

export const DECEASED = {
	heading: 'This record says that the patient has died',
	text: 'Nothing can be referred from here. If the record is wrong, correct it in the clinical system and paste it again.',
} as const;
