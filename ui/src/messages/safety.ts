// Safety wording: it follows the NHS rules on the fixed crisis text and on red flags, and waits for a clinical safety officer's signature.

/** The fixed crisis text (NICE NG225 advises against tools that grade people, so this only says where help is). */
export const CRISIS = {
	heading: 'Is this person at risk now? This tool is not for emergencies.',
	lines: [
		'If life is at risk, or they have harmed themselves: 999 or A&E.',
		'NHS 111, select the mental health option (2): 24 hours a day, 7 days a week.',
		'Samaritans: 116 123, free, at any time.',
	],
} as const;

/** Cauda equina: immediate referral to an emergency department. No set pattern, so any one of them counts. */
export const RED_FLAGS = {
	heading: 'Back pain with any of these is an emergency (cauda equina)',
	text: 'New pain in both legs; loss of feeling around the genitals or back passage; a change of bladder, bowel or sexual function. There is no set pattern. Immediate referral to a hospital emergency department.',
	others:
		'Ask too about cancer, weight loss without a cause, fever or infection, injury or fragile bones, weakness that gets worse, and headache with sore temples or sight problems.',
} as const;
