// The place Referrals: the worklist, the drafts set aside, and one referral with what a person does about it.
import type { Backend } from '../backend/backend';
import type { DraftSummary, ReferralDetail, ReferralRow, UnmetNeedRow } from '../backend/types';
import { copiedWords, RECORD, STATES, words } from '../messages';
import type { OnwardState } from './window.svelte';

export class ReferralsState {
	rows: ReferralRow[] = $state([]);
	setAside: DraftSummary[] = $state([]);
	/** For what nothing local was found, in the last 12 months. */
	unmetNeeds: UnmetNeedRow[] = $state([]);
	detail: ReferralDetail | null = $state(null);
	/** The referral whose text for the record was copied last, and what was said of it. */
	copied: { readonly id: string; readonly words: string } | null = $state(null);

	private copiedUntil: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly backend: Backend,
		private readonly onward: OnwardState,
	) {}

	async readLists(): Promise<void> {
		await this.onward.quietly(async () => {
			[this.rows, this.setAside, this.unmetNeeds] = await Promise.all([
				this.backend.referrals(),
				this.backend.drafts(),
				this.backend.unmetNeeds(),
			]);
		});
	}

	async readDetail(referralId: string): Promise<void> {
		await this.onward.attempt(async () => {
			this.detail = await this.backend.referral(referralId);
		});
	}

	/** What a person does about a referral; the answer replaces what is shown. */
	async act(action: string, row: ReferralRow, reason = ''): Promise<void> {
		if (action === 'undo') return this.undoFromDetail(row.id);
		if (action === 'send-now') return this.onward.sendNow(row.id);
		await this.onward.attempt(async () => {
			if (action === 'try-again') this.detail = await this.backend.tryAgain(row.id);
			if (action === 'it-arrived') this.detail = await this.backend.decideUnknown(row.id, 'itArrived');
			if (action === 'send-again') this.detail = await this.backend.decideUnknown(row.id, 'sendAgain');
			if (action === 'withdraw') this.detail = await this.backend.withdraw(row.id, reason);
			if (this.detail) this.onward.news = `${row.reference}: ${words(STATES, this.detail.row.state)}`;
			await this.readLists();
		});
	}

	/** The text of this referral, for the patient's record: only ever when a person asks for it. */
	async copyForRecord(referralId: string): Promise<void> {
		await this.onward.attempt(async () => {
			const { reference, secondsUntilCleared } = await this.backend.copyForRecord(referralId);
			this.copied = { id: referralId, words: copiedWords(secondsUntilCleared) };
			this.onward.news = `${reference}: ${this.copied.words}`;
			clearTimeout(this.copiedUntil);
			this.copiedUntil = setTimeout(() => (this.copied = null), secondsUntilCleared * 1000);
		});
	}

	/** By its key: the referral that is open in the list, else the one that was queued last. */
	async copyByKey(): Promise<void> {
		const open = this.onward.place === 'referrals' && this.detail?.recordText !== '' ? this.detail?.row.id : undefined;
		const id = open ?? this.onward.offers.last?.id ?? this.onward.leaving.items.at(-1)?.queued.referralId;
		if (id === undefined) this.onward.news = this.onward.said = RECORD.nothing;
		else await this.copyForRecord(id);
	}

	async setFiled(referralId: string, filed: boolean): Promise<void> {
		await this.onward.attempt(async () => {
			const detail = await this.backend.setFiled(referralId, filed);
			this.copied = null;
			this.onward.leaving.take(detail.row);
			this.onward.offers.take(detail.row);
			if (this.detail?.row.id === referralId) this.detail = detail;
			this.onward.news = `${detail.row.reference}: ${filed ? RECORD.filed : RECORD.notFiled}`;
			if (this.onward.place === 'referrals') await this.readLists();
		});
		await this.onward.readFrame();
	}

	private async undoFromDetail(referralId: string): Promise<void> {
		await this.onward.undo(referralId);
		if (this.detail?.row.id === referralId) await this.readDetail(referralId);
	}

	/** What waits for a PIN leaves the screen. */
	clear(): void {
		this.rows = [];
		this.setAside = [];
		this.unmetNeeds = [];
		this.detail = null;
		this.copied = null;
	}

	/** Ends the clock of a window that is closed. */
	stop(): void {
		clearTimeout(this.copiedUntil);
	}
}
