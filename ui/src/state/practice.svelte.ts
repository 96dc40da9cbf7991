// The place Practice: which part is open, who may see which, and what only it shows: backups, who did what, what is kept of patients.
import { tick } from 'svelte';
import type { AuditView, BackupsView, ExportView, RetentionView } from '../backend/types';
import type { OnwardState } from './window.svelte';

export type Section = 'people' | 'details' | 'mailbox' | 'directory' | 'addresses' | 'backups' | 'audit' | 'records';

export class PracticeState {
	section: Section | null = $state(null);
	backups: BackupsView | null = $state(null);
	audit: AuditView | null = $state(null);
	/** The number before which the rows that are shown begin; null is the newest. */
	auditBefore: number | null = $state(null);
	exported: ExportView | null = $state(null);
	retention: RetentionView | null = $state(null);

	constructor(private readonly onward: OnwardState) {}

	/** What whoever is signed in may see. */
	get sections(): Section[] {
		const session = this.onward.people.session;
		if (session === null) return [];
		const { maySetUp, mayKeepDirectory, mayReadAuditTrail, mayKeepRecords } = session;
		const sections: [Section, boolean][] = [
			['people', maySetUp],
			['details', maySetUp],
			['mailbox', maySetUp],
			['directory', mayKeepDirectory],
			['addresses', mayKeepDirectory],
			['backups', maySetUp],
			['audit', mayReadAuditTrail],
			['records', mayKeepRecords],
		];
		return sections.filter(([, may]) => may).map(([section]) => section);
	}

	async go(section: Section): Promise<void> {
		this.onward.settings.quiet();
		this.section = section;
		this.exported = null;
		await tick();
		// Before it is read: a focus that moves later would take the keys of somebody who types already.
		document.getElementById('section-heading')?.focus();
		await this.read();
	}

	/** What is shown, as it is now. */
	async read(): Promise<void> {
		if (this.section === null || !this.sections.includes(this.section)) this.section = this.sections[0] ?? null;
		await this.onward.settings.read();
		const { backend } = this.onward;
		await this.onward.quietly(async () => {
			if (this.section === 'backups') this.backups = await backend.backups();
			if (this.section === 'audit') this.audit = await backend.auditTrail((this.auditBefore = null));
			if (this.section === 'records') this.retention = await backend.retention();
		});
	}

	/** Whether there are rows before those that are shown: numbers begin with 1. */
	get hasOlder(): boolean {
		return (this.audit?.rows.at(-1)?.seq ?? 1) > 1;
	}

	async readAudit(before: number | null): Promise<void> {
		await this.onward.attempt(async () => {
			this.audit = await this.onward.backend.auditTrail(before);
			this.auditBefore = before;
		});
	}

	/** What waits for the PIN. */
	clear(): void {
		this.backups = null;
		this.audit = null;
		this.exported = null;
		this.retention = null;
	}
}
