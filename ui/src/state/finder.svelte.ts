// Finding a service: the words typed, the hits, the active one and its card. An answer that comes after a newer question is dropped.
import type { Backend } from '../backend/backend';
import type { HitView, SearchView, ServiceCard } from '../backend/types';

export class FinderState {
	text = $state('');
	view: SearchView | null = $state(null);
	/** The hit that the arrow keys are on; it is only shown, not chosen. */
	activeIndex = $state(-1);
	card: ServiceCard | null = $state(null);
	/** Whether the hits answer the words that are in the box now. */
	settled = $state(true);

	private searchNumber = 0;
	private cardNumber = 0;

	constructor(
		private readonly backend: Backend,
		private readonly draftId: () => string | null,
		private readonly onError: (error: unknown) => void,
	) {}

	get active(): HitView | null {
		return this.view?.hits[this.activeIndex] ?? null;
	}

	/** Searches; the first hit becomes the active one, or the one to `keep` where it is still there. */
	async type(text: string, keep: string | null = null): Promise<void> {
		this.text = text;
		const number = ++this.searchNumber;
		const draftId = this.draftId();
		if (text.trim() === '' || draftId === null) {
			this.view = null;
			this.activeIndex = -1;
			this.settled = true;
			return;
		}
		this.settled = false;
		try {
			const view = await this.backend.search(draftId, text);
			if (number !== this.searchNumber) return;
			this.settled = true;
			this.view = view;
			this.activeIndex = Math.max(
				view.hits.length === 0 ? -1 : 0,
				keep === null ? -1 : view.hits.findIndex(({ id }) => id === keep),
			);
			if (this.active) await this.show(this.active.id);
		} catch (error) {
			if (number === this.searchNumber) this.onError(error);
		}
	}

	async move(by: 1 | -1): Promise<void> {
		const count = this.view?.hits.length ?? 0;
		if (count === 0) return;
		this.activeIndex = (this.activeIndex + by + count) % count;
		if (this.active) await this.show(this.active.id);
	}

	async moveTo(index: number): Promise<void> {
		this.activeIndex = index;
		if (this.active) await this.show(this.active.id);
	}

	/** Shows the card of a service beside the list; answers it, or null when a newer one was asked for. */
	async show(serviceId: string): Promise<ServiceCard | null> {
		const number = ++this.cardNumber;
		const draftId = this.draftId();
		if (draftId === null) return null;
		try {
			const card = await this.backend.serviceCard(draftId, serviceId);
			if (number !== this.cardNumber) return null;
			this.card = card;
			return card;
		} catch (error) {
			if (number === this.cardNumber) this.onError(error);
			return null;
		}
	}

	/** Somebody else, or something else known of them: the same words and the same card are read again, because the criteria differ. */
	async readAgain(): Promise<void> {
		const { text, card, active } = this;
		await this.type(text, active?.id ?? null);
		if (card && card.id !== this.active?.id) await this.show(card.id);
	}

	clear(): void {
		this.searchNumber += 1;
		this.cardNumber += 1;
		this.text = '';
		this.settled = true;
		this.view = null;
		this.card = null;
		this.activeIndex = -1;
	}
}
