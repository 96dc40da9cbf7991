// The place Practice: which part is open, and what only it shows: backups, who did what, and what is kept of patients.
import { tick } from 'svelte';
import type { AuditView, BackupsView, ExportView } from '../backend/coming';
import type { OnwardState } from './window.svelte';

export type Section = 'people' | 'details' | 'mailbox' | 'directory' | 'addresses' | 'backups' | 'audit' | 'records';

export class PracticeState {
	section: Section | null = $state(null);
	backups: BackupsView | null = $state(null);
	audit: AuditView | null = $state(null);
	/** The number before which the rows that are shown begin; null is the newest. */
	auditFrom: number | null = $state(null);
	exported: ExportView | null = $state(null);
	retentionDays: number | null = $state(null);

	constructor(private readonly onward: OnwardState) {}

	/** What whoever is signed in may see. */
	get sections(): Section[] {
		const session = this.onward.people.session;
		if (session === null) return [];
		const { maySetUp, mayKeepDirectory, mayAudit, mayKeepRecords } = session;
		const sections: [Section, boolean][] = [
			['people', maySetUp],
			['details', maySetUp],
			['mailbox', maySetUp],
			['directory', mayKeepDirectory],
			['addresses', mayKeepDirectory],
			['backups', maySetUp],
			['audit', mayAudit],
			['records', mayKeepRecords],
		];
		return sections.filter(([, may]) => may).map(([section]) => section);
	}

	async go(section: Section): Promise<void> {
		this.onward.settings.quiet();
		this.section = section;
		this.exported = null;
		await this.read();
		await tick();
		document.getElementById('section-heading')?.focus();
	}

	/** What is shown, as it is now. */
	async read(): Promise<void> {
		if (this.section === null || !this.sections.includes(this.section)) this.section = this.sections[0] ?? null;
		await this.onward.settings.read();
		await this.onward.quietly(async () => {
			const { backend } = this.onward;
			if (this.section === 'backups') this.backups = await backend.backups();
			if (this.section === 'audit') this.audit = await backend.auditTrail((this.auditFrom = null));
			if (this.section === 'records') this.retentionDays = await backend.retention();
		});
	}

	async older(): Promise<void> {
		const last = this.audit?.rows.at(-1)?.seq ?? null;
		await this.auditAt(last);
	}

	async auditAt(fromSeq: number | null): Promise<void> {
		await this.onward.attempt(async () => {
			this.audit = await this.onward.backend.auditTrail(fromSeq);
			this.auditFrom = fromSeq;
		});
	}

	async backUpNow(said: string): Promise<void> {
		await this.onward.settings.hand('backups', async () => (this.backups = await this.onward.backend.backUpNow()), said);
	}

	async exportPatient(nhsNumber: string): Promise<void> {
		this.exported = null;
		await this.onward.settings.hand('export', async () => (this.exported = await this.onward.backend.exportPatient(nhsNumber)));
	}

	async setRetention(days: number, said: string): Promise<void> {
		await this.onward.settings.hand(
			'retention',
			async () => (this.retentionDays = await this.onward.backend.setRetention(days)),
			said,
		);
	}

	clear(): void {
		this.backups = null;
		this.audit = null;
		this.exported = null;
	}
}
