// What was offered and not sent: put off until a day, or declined.

export const OFFER = {
	summary: 'Offered, and not sent: not now, or declined',
	about: 'Needs the patient and a service, and none of the answers. It stands in Referrals and can be filed; nothing is sent.',
	recallOn: 'Offer again on',
	recallHint: 'For example, 19-Jan-2027',
	why: 'Why, in words (may stay empty)',
	park: 'Offered, not now',
	decline: 'Declined',
	region: 'Offered, and not sent',
	close: 'Hide',
	recall: 'Offer again now: open the draft',
	recallAbout: 'Agreement, crisis, red flags and safe contact are asked anew.',
	declined: 'The patient says no',
} as const;

/** Days ahead that one press fills in. */
export const OFFER_PERIODS: readonly { readonly days: number; readonly words: string }[] = [
	{ days: 28, words: '4 weeks' },
	{ days: 91, words: '3 months' },
	{ days: 182, words: '6 months' },
];

export function offerNews(reference: string, state: string): string {
	return state === 'parked' ? `${reference}: put off, NOT SENT` : `${reference}: declined, NOT SENT`;
}
