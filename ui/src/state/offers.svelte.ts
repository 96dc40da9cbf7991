// What was offered and not sent, what services answered, and reported concerns: what a person does, and what is said of it.
import type { Backend } from '../backend/backend';
import type { ConcernRow, ReferralDetail, ReferralRow, Reply } from '../backend/types';
import { offerNews, STATES, words } from '../messages';
import { asWindowError } from './trouble';
import type { OnwardState } from './window.svelte';

export class OffersState {
	/** The offer that was written down last, until it is hidden or something is sent: it can be filed at once. */
	last: ReferralRow | null = $state(null);
	/** Null while the form for a safety concern is closed. */
	concerns: ConcernRow[] | null = $state(null);

	constructor(
		private readonly backend: Backend,
		private readonly onward: OnwardState,
	) {}

	/** "Not now" or "no": answers whether it was written down. */
	async record(recallOn: string | null, why: string): Promise<boolean> {
		const { draft } = this.onward;
		const { view } = draft;
		if (view === null) return false;
		this.onward.trouble = null;
		try {
			await draft.saved();
			const form = draft.onScreen;
			const detail =
				recallOn === null
					? await this.backend.declineReferral(view.id, form, why)
					: await this.backend.parkReferral(view.id, form, recallOn, why);
			this.last = detail.row;
			this.onward.news = offerNews(detail.row.reference, detail.row.state);
			await this.onward.workOnEmpty();
			this.onward.focusSearch += 1;
			void this.onward.readFrame();
			return true;
		} catch (error) {
			this.onward.refused(asWindowError(error));
			return false;
		}
	}

	take(row: ReferralRow): void {
		if (this.last?.id === row.id) this.last = row;
	}

	/** Opens the draft, with what must be asked anew emptied. */
	async recall(referralId: string): Promise<void> {
		await this.onward.attempt(async () => {
			const view = await this.backend.recallOffer(referralId);
			await this.onward.openDraft(view.id);
		});
	}

	decline(referralId: string, why: string): Promise<boolean> {
		return this.change(() => this.backend.declineOffer(referralId, why));
	}

	reply(referralId: string, reply: Reply, said: string): Promise<boolean> {
		return this.change(() => this.backend.recordReply(referralId, reply, said));
	}

	chase(referralId: string, nextOn: string, said: string): Promise<boolean> {
		return this.change(() => this.backend.chase(referralId, nextOn, said));
	}

	acknowledge(referralId: string, said: string): Promise<boolean> {
		return this.change(() => this.backend.acknowledge(referralId, said));
	}

	private change(act: () => Promise<ReferralDetail>): Promise<boolean> {
		return this.onward.attempt(async () => {
			const detail = await act();
			const { referrals } = this.onward;
			if (referrals.detail === null || referrals.detail.row.id === detail.row.id) referrals.detail = detail;
			this.onward.news = `${detail.row.reference}: ${words(STATES, detail.row.state)}`;
			await referrals.readLists();
			await this.onward.readFrame();
		});
	}

	// --- Safety concerns ---

	async openConcern(): Promise<void> {
		await this.onward.attempt(async () => {
			this.concerns = await this.backend.concerns();
		});
	}

	report(said: string): Promise<boolean> {
		return this.onward.attempt(async () => {
			this.concerns = await this.backend.reportConcern(said, this.onward.place);
		});
	}
}
