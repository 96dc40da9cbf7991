// Finding a service: the words typed, the hits, the active one and its card. An answer that comes after a newer question is dropped.
import type { Backend } from '../backend/backend';
import type { HitView, LeftView, SearchView, ServiceCard } from '../backend/types';
import { asWindowError } from './trouble';

export class FinderState {
	text = $state('');
	/** The hits; with nothing typed, "My usual". Kept until the next answer is there, so that nothing flickers. */
	view: SearchView | null = $state(null);
	/** The hit that the arrow keys are on; it is only shown, not chosen. */
	activeIndex = $state(-1);
	card: ServiceCard | null = $state(null);
	/** What became of a service that was asked for and is not in the directory any more. */
	left: LeftView | null = $state(null);
	/** Whether the hits answer the words that are in the box now; none do after a refusal. */
	settled = $state(true);
	/** The cards from which links led to this one, the newest last. */
	trail: { id: string; name: string }[] = $state([]);

	/** The words that the hits answer. */
	private wordsAnswered = '';
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

	/**
	 * Searches; the first hit becomes the active one, or the one to `keep` where it is still there. Answers whether nothing newer
	 * was asked meanwhile: whoever goes on after an older question would undo what the newer one did.
	 */
	async type(text: string, keep: string | null = null): Promise<boolean> {
		this.text = text;
		this.trail = [];
		const number = ++this.searchNumber;
		const draftId = this.draftId();
		if (draftId === null) return false;
		this.settled = false;
		try {
			const view = await this.backend.search(draftId, text);
			if (number !== this.searchNumber) return false;
			this.settled = true;
			this.wordsAnswered = text;
			this.view = view;
			this.activeIndex = Math.max(
				view.hits.length === 0 ? -1 : 0,
				keep === null ? -1 : view.hits.findIndex(({ id }) => id === keep),
			);
			// The hits are on the screen before their card is asked for. "My usual" stands there by itself: its cards wait for the arrows.
			if (this.active && !view.usual) await this.show(this.active.id);
		} catch (error) {
			if (number === this.searchNumber) this.refused(text, error);
		}
		return number === this.searchNumber;
	}

	/** The hits of the same words stay; those of others go, so that nothing is chosen from them. */
	private refused(text: string, error: unknown): void {
		this.settled = true;
		if (text !== this.wordsAnswered) {
			this.view = null;
			this.activeIndex = -1;
		}
		this.onError(error);
	}

	async move(by: 1 | -1): Promise<void> {
		const count = this.view?.hits.length ?? 0;
		if (count === 0) return;
		// The first hit of "My usual" is active before anybody looked at it: the first press shows it.
		const looked = this.card?.id === this.active?.id || !this.view?.usual;
		await this.moveTo(looked ? (this.activeIndex + by + count) % count : this.activeIndex);
	}

	async moveTo(index: number): Promise<void> {
		this.activeIndex = index;
		this.trail = [];
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
			this.left = null;
			return card;
		} catch (error) {
			if (number === this.cardNumber) this.notShown(error);
			return null;
		}
	}

	/** Of one that has left the directory there is no card, but why; anything else is trouble. */
	private notShown(error: unknown): void {
		const { left } = asWindowError(error);
		if (left === undefined) return this.onError(error);
		this.left = left;
		if (this.card?.id === left.id) this.card = null;
	}

	/** Follows a link of the card that is shown; `back` returns. */
	async follow(serviceId: string): Promise<void> {
		const from = this.card;
		const card = await this.show(serviceId);
		if (card !== null && from !== null && from.id !== card.id) this.trail = [...this.trail, { id: from.id, name: from.name }];
	}

	/** Answers the id of the card that was left. */
	async back(): Promise<string | null> {
		const left = this.card?.id ?? null;
		const last = this.trail.at(-1);
		if (last === undefined || (await this.show(last.id)) === null) return null;
		this.trail = this.trail.slice(0, -1);
		return left;
	}

	/** The card that is shown, as it is now; one that is asked for meanwhile comes first. */
	async readCardAgain(): Promise<void> {
		const number = this.cardNumber;
		const [draftId, serviceId] = [this.draftId(), this.card?.id];
		if (draftId === null || serviceId === undefined) return;
		try {
			const card = await this.backend.serviceCard(draftId, serviceId);
			if (number === this.cardNumber) this.card = card;
		} catch (error) {
			if (number === this.cardNumber) this.notShown(error);
		}
	}

	/** Somebody else, or something else known of them: the same words and the same card are read again, because the criteria differ. */
	async readAgain(): Promise<void> {
		const { text, card, active, trail } = this;
		if (!(await this.type(text, active?.id ?? null))) return;
		this.trail = trail;
		if (card && (this.view?.usual || card.id !== this.active?.id)) await this.show(card.id);
	}

	/** Marks a favourite at once, wherever it is shown. */
	mark(serviceId: string, favourite: boolean): void {
		if (this.card?.id === serviceId) this.card = { ...this.card, favourite };
		const { view } = this;
		if (view !== null)
			this.view = { ...view, hits: view.hits.map((hit) => (hit.id === serviceId ? { ...hit, favourite } : hit)) };
	}

	clear(): void {
		this.searchNumber += 1;
		this.cardNumber += 1;
		this.text = '';
		this.wordsAnswered = '';
		this.settled = true;
		this.view = null;
		this.card = null;
		this.left = null;
		this.trail = [];
		this.activeIndex = -1;
	}
}
