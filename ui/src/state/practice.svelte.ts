// The place Practice: which part is open, and who may see which.
import { tick } from 'svelte';
import type { OnwardState } from './window.svelte';

export type Section = 'people' | 'details' | 'mailbox' | 'directory' | 'addresses';

export class PracticeState {
	section: Section | null = $state(null);

	constructor(private readonly onward: OnwardState) {}

	/** What whoever is signed in may see. */
	get sections(): Section[] {
		const session = this.onward.people.session;
		if (session === null) return [];
		const { maySetUp, mayKeepDirectory } = session;
		const sections: [Section, boolean][] = [
			['people', maySetUp],
			['details', maySetUp],
			['mailbox', maySetUp],
			['directory', mayKeepDirectory],
			['addresses', mayKeepDirectory],
		];
		return sections.filter(([, may]) => may).map(([section]) => section);
	}

	async go(section: Section): Promise<void> {
		this.onward.settings.quiet();
		this.section = section;
		await this.read();
		await tick();
		document.getElementById('section-heading')?.focus();
	}

	/** What is shown, as it is now. */
	async read(): Promise<void> {
		if (this.section === null || !this.sections.includes(this.section)) this.section = this.sections[0] ?? null;
		await this.onward.settings.read();
	}
}
