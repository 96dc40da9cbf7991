// "Report a safety concern": written down here, sent nowhere by itself.

export const CONCERN = {
	open: 'Report a safety concern',
	heading: 'Report a safety concern',
	about:
		'About Onward itself: something that it showed, did or left out that could harm somebody. It is kept on this computer and is not sent anywhere. Hand the text to your clinical safety officer.',
	warning: 'Write no name, NHS number or date of birth of a patient.',
	label: 'What happened',
	missing: 'Say what happened',
	report: 'Write it down',
	close: 'Close',
	list: 'Reported on this computer',
	copy: 'To hand on: mark it and press Ctrl+C',
	none: 'None yet.',
} as const;

export interface Concern {
	readonly at: string;
	readonly who: string;
	readonly words: string;
	readonly programVersion: string;
	readonly directory: string;
	readonly place: string;
}

/** What is handed to the clinical safety officer. */
export function concernText(concern: Concern, at: string): string {
	return [
		'Safety concern about Onward',
		`When: ${at}`,
		`Who: ${concern.who}`,
		`Onward: version ${concern.programVersion}, at ${concern.place}`,
		`Directory: ${concern.directory}`,
		concern.words,
	].join('\n');
}
