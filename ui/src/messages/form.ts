// The form of a referral and its Send button.
import type { Consent, SafetyAnswer } from '../backend/types';

export interface Reason {
	readonly code: string;
	readonly words: string;
}

/** Distress about pain stands apart from low mood: it is a different thing, and other services help with it. */
export const REFERRAL_REASONS: readonly Reason[] = [
	{ code: 'pain-over-3-months', words: 'Pain for over 3 months' },
	{ code: 'widespread-pain', words: 'Widespread pain or fibromyalgia' },
	{ code: 'back-pain', words: 'Back pain' },
	{ code: 'low-mood', words: 'Low mood' },
	{ code: 'anxiety', words: 'Anxiety or worry' },
	{ code: 'pain-distress', words: 'Distress related to pain (apart from depression)' },
	{ code: 'poor-sleep', words: 'Poor sleep' },
	{ code: 'fatigue', words: 'Fatigue' },
	{ code: 'daily-activities', words: 'Daily activities' },
	{ code: 'work', words: 'Work' },
	{ code: 'bereavement', words: 'Bereavement' },
	{ code: 'money', words: 'Money worries' },
	{ code: 'housing', words: 'Housing' },
	{ code: 'relationships', words: 'Relationships' },
];

/** What nothing local was found for: the reasons, and what is none of them. */
export const UNMET_NEEDS: readonly Reason[] = [...REFERRAL_REASONS, { code: 'other', words: 'Something else' }];

export function needWords(code: string): string {
	return UNMET_NEEDS.find((need) => need.code === code)?.words ?? code;
}

export const CONSENT: readonly { readonly value: Consent; readonly words: string }[] = [
	{ value: 'patientInPerson', words: 'in person' },
	{ value: 'patientByPhone', words: 'by phone' },
	{ value: 'patientByVideo', words: 'by video' },
	{ value: 'onTheirBehalf', words: 'on their behalf' },
];

export const FORM = {
	reasons: 'Reason',
	reasonsHint: '1 to 9 ticks, Enter goes on',
	reasonsTicked: 'ticked as usual: change what differs, 1 to 9',
	reasonText: 'In your own words',
	consent: 'Patient agrees to this referral and to sharing this information',
	consentHint: 'press 1 to 4',
	consentNote: 'Who agreed, and why on their behalf',
	crisis: 'In crisis?',
	crisisHint: 'press 1, 2 or 3',
	crisisNote: 'How it was dealt with',
	redFlags: 'Red flags?',
	redFlagsHint: 'press 1, 2 or 3',
	redFlagsNote: 'How they were dealt with',
	contact: 'Safe to contact by',
	contactHint: 'off until asked',
	mayLeaveVoicemail: 'voicemail',
	mayText: 'text message',
	bestTimes: 'Best times to ring',
	extra: 'This service also asks',
} as const;

export const CRISIS_ANSWERS: readonly { readonly value: SafetyAnswer; readonly words: string }[] = [
	{ value: 'askedNone', words: 'Asked, no' },
	{ value: 'presentDealtWith', words: 'Yes, dealt with' },
	{ value: 'notAsked', words: 'Not asked' },
];

export const RED_FLAG_ANSWERS: readonly { readonly value: SafetyAnswer; readonly words: string }[] = [
	{ value: 'askedNone', words: 'Asked, none' },
	{ value: 'presentDealtWith', words: 'Present, dealt with' },
	{ value: 'notAsked', words: 'Not asked' },
];

export interface SendParts {
	readonly patient: string | null;
	readonly born: string | null;
	readonly service: string | null;
}

/** The button says whom and where. */
export function sendWords({ patient, born, service }: SendParts): string {
	if (patient === null)
		return service === null ? 'Send: patient and service still needed' : `Send to ${service}: patient still needed`;
	const who = born === null ? patient : `${patient}, born ${born}`;
	if (service === null) return `Send ${who}: service still needed`;
	return born === null ? `Send ${who} to ${service}` : `Send ${who}, to ${service}`;
}

export const SEND = {
	undoTime: '60 seconds to undo',
	keys: 'or Ctrl+Enter',
	problemsHeading: 'Not sent: this is still needed',
} as const;
