// The referrals that were just queued: their seconds to undo, and what became of them. Shown on every place until they have left.
import type { Backend } from '../backend/backend';
import type { QueuedView, ReferralRow } from '../backend/types';

export interface Leaving {
	readonly queued: QueuedView;
	/** On the clock of this window, in milliseconds. */
	readonly leavesAt: number;
	/** Null while it can still be undone; then its newest state. */
	row: ReferralRow | null;
}

const STILL_HERE = new Set(['queued', 'sending']);

export class LeavingState {
	items: Leaving[] = $state([]);
	now = $state(0);
	private ticking: ReturnType<typeof setInterval> | null = null;

	constructor(
		private readonly backend: Backend,
		private readonly clock: () => number,
	) {
		this.now = clock();
	}

	add(queued: QueuedView): void {
		this.now = this.clock();
		const unfinished = this.items.filter((item) => item.row === null || STILL_HERE.has(item.row.state));
		this.items = [...unfinished, { queued, leavesAt: this.now + queued.secondsToUndo * 1000, row: null }];
		this.ticking ??= setInterval(() => this.tick(), 1000);
	}

	/** Those that have left name a patient, and nothing can be done about them here. */
	forgetLeft(): void {
		this.items = this.items.filter((item) => this.canUndo(item) && this.secondsLeft(item) > 0);
		this.stopWhenEmpty();
	}

	clear(): void {
		this.items = [];
		this.stop();
	}

	remove(referralId: string): void {
		this.items = this.items.filter((item) => item.queued.referralId !== referralId);
		this.stopWhenEmpty();
	}

	secondsLeft(item: Leaving): number {
		return Math.max(0, Math.ceil((item.leavesAt - this.now) / 1000));
	}

	canUndo(item: Leaving): boolean {
		return item.row === null || item.row.state === 'queued';
	}

	/** Reads the state of one that is shown. */
	async read(referralId: string): Promise<void> {
		if (!this.items.some((item) => item.queued.referralId === referralId)) return;
		const { row } = await this.backend.referral(referralId);
		this.take(row);
	}

	/** Whether it still has to be filed in the patient's record: what was just queued has. */
	isToFile(item: Leaving): boolean {
		return item.row?.toFile ?? true;
	}

	take(row: ReferralRow): void {
		this.items = this.items.map((item) => (item.queued.referralId === row.id ? { ...item, row } : item));
	}

	private tick(): void {
		this.now = this.clock();
		this.stopWhenEmpty();
	}

	stop(): void {
		if (this.ticking !== null) clearInterval(this.ticking);
		this.ticking = null;
	}

	private stopWhenEmpty(): void {
		const counting = this.items.some((item) => this.secondsLeft(item) > 0 && this.canUndo(item));
		if (!counting) this.stop();
	}
}
