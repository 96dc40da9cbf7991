// Recorded answers about the directory itself, with just enough state to follow a note, a check and a correction.
import type { DirectoryBackend } from './directory';
import correctionsRecorded from './recorded/corrections.json';
import directoryList from './recorded/directory_list.json';
import exportCorrections from './recorded/export_corrections.json';
import localServices from './recorded/local_services.json';
import serviceCard from './recorded/service_card.json';
import serviceHistory from './recorded/service_history.json';
import { as, PracticeReplay, refuse } from './replay-practice';
import type {
	CheckedHow,
	CorrectionDecision,
	CorrectionsView,
	DirectoryList,
	DirectoryRow,
	ExportedCorrections,
	LayerKind,
	LeftView,
	LocalServiceForm,
	LocalServiceRow,
	ServiceHistory,
	ServiceLayer,
} from './types';

const TODAY = '21-Nov-2026';

export class DirectoryReplay extends PracticeReplay implements DirectoryBackend {
	private readonly layers = new Map<string, ServiceLayer>();
	private entries = as<DirectoryRow[]>(directoryList.answer.rows);
	private open = as<CorrectionsView>(correctionsRecorded.answer);
	private own = as<LocalServiceRow[]>(localServices.answer);
	private layersMade = 0;

	/** What became of a service that is not in the directory any more. */
	protected leftOf(serviceId: string): LeftView | undefined {
		return as(this.entries.find((row) => row.serviceId === serviceId)?.left);
	}

	/** What stands beside a service now. */
	protected layerOf(serviceId: string): ServiceLayer {
		const card = serviceCard.find(({ answer }) => answer.id === serviceId) ?? serviceCard[0];
		const layer = this.layers.get(serviceId) ?? as<ServiceLayer>(card?.answer.layer);
		this.layers.set(serviceId, layer);
		return as(layer);
	}

	private keep(serviceId: string, change: Partial<ServiceLayer>): ServiceLayer {
		this.layers.set(serviceId, { ...this.layerOf(serviceId), ...change });
		return this.layerOf(serviceId);
	}

	async addToLayer(serviceId: string, kind: LayerKind, words: string): Promise<ServiceLayer> {
		if (words.trim() === '' && kind !== 'pin') refuse('words-missing');
		const { entries } = this.layerOf(serviceId);
		this.layersMade += 1;
		const id = `entry-${this.layersMade}`;
		const made = { id, what: kind, words: words.trim(), by: 'Dr Priya Nair', on: TODAY, mayEnd: true, entryHasChanged: false };
		return this.keep(serviceId, { entries: [...entries.filter((one) => kind === 'note' || one.what !== kind), made] });
	}

	async endLayerEntry(entryId: string): Promise<ServiceLayer> {
		for (const [id, { entries }] of this.layers)
			if (entries.some((entry) => entry.id === entryId))
				return this.keep(id, { entries: entries.filter((entry) => entry.id !== entryId) });
		return refuse('not-found');
	}

	async suggestCorrection(serviceId: string, part: string, proposed: string, words: string): Promise<ServiceLayer> {
		const layer = this.layerOf(serviceId);
		const base = layer.fields.find(({ field }) => field === part)?.value ?? '';
		if (base.trim() === proposed.trim()) refuse('nothing-changed');
		const recorded = this.open.open[0];
		if (recorded === undefined) return refuse('not-found');
		this.layersMade += 1;
		const made = { ...recorded, id: `correction-${this.layersMade}`, serviceId, field: part, base, proposed, words };
		const correction = { ...made, published: null, state: 'open', by: 'Dr Priya Nair', on: TODAY };
		this.open.open.push(correction);
		return this.keep(serviceId, { corrections: [...layer.corrections, correction] });
	}

	async settleCorrection(correctionId: string, settled: CorrectionDecision): Promise<void> {
		const { open } = this.open;
		this.open.open =
			settled === 'withdraw'
				? open.filter(({ id }) => id !== correctionId)
				: open.map((one) =>
						one.id === correctionId ? { ...one, state: 'open', base: one.published ?? one.base, published: null } : one,
					);
	}

	async corrections(): Promise<CorrectionsView> {
		return as(this.open);
	}

	async exportCorrections(): Promise<ExportedCorrections> {
		return { ...exportCorrections.answer, count: this.open.open.length };
	}

	async directoryList(text: string): Promise<DirectoryList> {
		const wanted = text.trim().toLowerCase();
		const rows = this.entries.filter(({ name, due }) => (wanted === '' ? due.length > 0 : name.toLowerCase().includes(wanted)));
		return as({ rows, more: 0 });
	}

	async serviceHistory(serviceId: string): Promise<ServiceHistory> {
		const recorded = as<ServiceHistory>(serviceHistory.answer);
		const name = this.entries.find((row) => row.serviceId === serviceId)?.name ?? recorded.name;
		const left = this.leftOf(serviceId);
		return { ...recorded, name, layer: this.layerOf(serviceId), ...(left && { left }) };
	}

	async verifyService(serviceId: string, how: CheckedHow, whoAnswered: string): Promise<ServiceLayer> {
		if (whoAnswered.trim() === '') refuse('words-missing');
		this.entries = this.entries.map((row) => (row.serviceId === serviceId ? { ...row, due: [], checkedDaysAgo: 0 } : row));
		return this.keep(serviceId, { ownCheck: { daysAgo: 0, by: 'Amy Cope', how, whoAnswered, entryHasChanged: false } });
	}

	async localServices(): Promise<LocalServiceRow[]> {
		return as(this.own);
	}

	async saveLocalService(localId: string | null, local: LocalServiceForm): Promise<LocalServiceRow[]> {
		const row = { serviceId: localId ?? `local:${this.own.length + 1}`, local };
		this.own = [...this.own.filter(({ serviceId }) => serviceId !== row.serviceId), row];
		return as(this.own);
	}

	async removeLocalService(serviceId: string): Promise<LocalServiceRow[]> {
		this.own = this.own.filter((row) => row.serviceId !== serviceId);
		return as(this.own);
	}
}
