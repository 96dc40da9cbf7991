// What the window can ask of the engine about the directory itself: what stands beside a service, and what keeps its entries true.
import type {
	CheckedHow,
	CorrectionDecision,
	CorrectionsView,
	DirectoryList,
	ExportedCorrections,
	LayerKind,
	LocalServiceForm,
	LocalServiceRow,
	ServiceHistory,
	ServiceLayer,
} from './types';

export interface DirectoryBackend {
	/** Rejects with "words-missing" where others need to know why. Pins and hiding are for whoever keeps the directory. */
	addToLayer(serviceId: string, kind: LayerKind, words: string): Promise<ServiceLayer>;
	endLayerEntry(entryId: string): Promise<ServiceLayer>;
	/** Rejects with "nothing-changed" where the entry says that already. */
	suggestCorrection(serviceId: string, part: string, proposed: string, words: string): Promise<ServiceLayer>;
	settleCorrection(correctionId: string, settled: CorrectionDecision): Promise<void>;
	corrections(): Promise<CorrectionsView>;
	/** Into a file of that folder. */
	exportCorrections(folder: string): Promise<ExportedCorrections>;

	/** What needs a check; with words, the entries whose names hold them. */
	directoryList(text: string): Promise<DirectoryList>;
	serviceHistory(serviceId: string): Promise<ServiceHistory>;
	/** "Still right": the service itself was asked. */
	verifyService(serviceId: string, how: CheckedHow, whoAnswered: string): Promise<ServiceLayer>;

	localServices(): Promise<LocalServiceRow[]>;
	/** A new one without an id. */
	saveLocalService(localId: string | null, local: LocalServiceForm): Promise<LocalServiceRow[]>;
	removeLocalService(serviceId: string): Promise<LocalServiceRow[]>;
}
