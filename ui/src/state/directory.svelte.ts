// The place Directory: what needs a check, corrections, our own services, the timeline of one entry; and what is put beside a service.
import { tick } from 'svelte';
import type {
	CheckedHow,
	CorrectionDecision,
	CorrectionsView,
	DirectoryList,
	DirectoryRow,
	LocalServiceForm,
	LocalServiceRow,
	ServiceHistory,
	ServiceLayer,
} from '../backend/types';
import { CORRECTIONS, errorWords, exportedCorrectionsWords, OWN, verifiedWords } from '../messages';
import type { OnwardState } from './window.svelte';
import { asWindowError } from './trouble';

export type DirectoryPart = 'checks' | 'corrections' | 'own';

export class DirectoryState {
	part: DirectoryPart = $state('checks');
	text = $state('');
	list: DirectoryList | null = $state(null);
	history: (ServiceHistory & { serviceId: string }) | null = $state(null);
	corrections: CorrectionsView | null = $state(null);
	own: LocalServiceRow[] = $state([]);
	/** What the last key came to. */
	said = $state('');
	/** Counts up when "this entry is wrong" was asked for by its key. */
	wrongAsked = $state(0);
	private listNumber = 0;

	constructor(private readonly onward: OnwardState) {}

	async go(part: DirectoryPart): Promise<void> {
		this.part = part;
		this.history = null;
		this.said = '';
		await this.read();
		await tick();
		document.getElementById('directory-heading')?.focus();
	}

	/** What is shown, as it is now. */
	async read(): Promise<void> {
		const { backend } = this.onward;
		await this.onward.quietly(async () => {
			if (this.part === 'checks') await this.readList();
			if (this.part === 'corrections') this.corrections = await backend.corrections();
			if (this.part === 'own') this.own = await backend.localServices();
		});
	}

	/** An answer to older words is dropped. */
	private async readList(): Promise<void> {
		const number = ++this.listNumber;
		const list = await this.onward.backend.directoryList(this.text);
		if (number === this.listNumber) this.list = list;
	}

	async find(text: string): Promise<void> {
		this.text = text;
		this.said = '';
		await this.onward.quietly(() => this.readList());
	}

	/** Written down, and the focus goes on to the next entry. */
	async verify(row: DirectoryRow, how: CheckedHow, whoAnswered: string): Promise<boolean> {
		const rows = this.list?.rows ?? [];
		const next = rows[rows.findIndex(({ serviceId }) => serviceId === row.serviceId) + 1] ?? rows[0];
		const done = await this.onward.attempt(async () => {
			await this.onward.backend.verifyService(row.serviceId, how, whoAnswered);
			await this.readList();
			this.said = verifiedWords(row.name);
		});
		await tick();
		const to = document.getElementById(`still-${next?.serviceId ?? ''}`) ?? document.getElementById('directory-heading');
		if (done) to?.focus();
		return done;
	}

	async openHistory(serviceId: string): Promise<void> {
		await this.onward.attempt(async () => {
			this.history = { ...(await this.onward.backend.serviceHistory(serviceId)), serviceId };
		});
		await tick();
		document.getElementById('history-heading')?.focus();
	}

	/** The button that opened it gets the focus back. */
	async closeHistory(): Promise<void> {
		const id = this.history?.serviceId ?? '';
		this.history = null;
		await this.read();
		await tick();
		document.getElementById(`entry-${id}`)?.focus();
	}

	async settle(correctionId: string, settled: CorrectionDecision): Promise<void> {
		await this.onward.attempt(async () => {
			await this.onward.backend.settleCorrection(correctionId, settled);
			this.corrections = await this.onward.backend.corrections();
			this.said = settled === 'keepOurs' ? CORRECTIONS.kept : CORRECTIONS.withdrawn;
		});
		await tick();
		document.getElementById('directory-heading')?.focus();
	}

	async export(folder: string): Promise<void> {
		await this.onward.attempt(async () => {
			const { path, count } = await this.onward.backend.exportCorrections(folder);
			this.said = exportedCorrectionsWords(path, count);
		});
	}

	async saveOwn(localId: string | null, local: LocalServiceForm): Promise<boolean> {
		return this.onward.attempt(async () => {
			this.own = await this.onward.backend.saveLocalService(localId, local);
			this.said = OWN.saved;
		});
	}

	async removeOwn(serviceId: string): Promise<void> {
		await this.onward.attempt(async () => {
			this.own = await this.onward.backend.removeLocalService(serviceId);
			this.said = OWN.removed;
		});
		await tick();
		document.getElementById('directory-heading')?.focus();
	}

	/** Puts something beside a service, or takes it away, wherever the service is shown; answers in words what stood in the way. */
	async change(serviceId: string, act: () => Promise<ServiceLayer>, said: string): Promise<string | null> {
		const { onward } = this;
		try {
			const layer = await act();
			const { card } = onward.finder;
			if (card?.id === serviceId) onward.finder.card = { ...card, layer };
			if (onward.chosenCard?.id === serviceId) onward.chosenCard = { ...onward.chosenCard, layer };
			onward.said = this.said = said;
			onward.trouble = null;
		} catch (error) {
			if (onward.people.asked(error)) return '';
			const { code, detail } = asWindowError(error);
			return errorWords(code, detail);
		}
		if (onward.place === 'directory') await this.read();
		else await onward.layerChanged(serviceId);
		return null;
	}

	/** What waits for the PIN. */
	clear(): void {
		this.list = null;
		this.history = null;
		this.corrections = null;
		this.own = [];
		this.text = this.said = '';
	}
}
