// What the window can ask of the engine, one function a command. Two implementations: tauri.ts (the real one) and replay.ts (recorded answers).
import type {
	ConcernRow, CopiedView, DraftSummary, DraftView, MailboxMessage, MailboxRow, PatientField, QueuedView, QuitChoice, ReferralDetail, ReferralForm, ReferralRow,
	RefreshStep, Reply, SearchView, ServiceCard, UnknownDecision, UnmetNeedRow, WindowState,
} from './types';
import type { DirectoryBackend } from './directory';
import type { PracticeBackend } from './practice';

export interface Backend extends PracticeBackend, DirectoryBackend {
	windowState(): Promise<WindowState>;
	chooseReferrer(staffId: string): Promise<WindowState>;

	/** The draft that the window works on: the newest one, or a new empty one. */
	currentDraft(): Promise<DraftView>;
	/** The drafts that were set aside, newest first. */
	drafts(): Promise<DraftSummary[]>;
	openDraft(draftId: string): Promise<DraftView>;
	/** Puts the patient away: what was begun becomes its own draft; answers a new, empty one. */
	clearPatient(draftId: string): Promise<DraftView>;
	/** A paste replaces the whole context: a draft that has a patient is set aside and a new one is answered. */
	pastePatient(draftId: string, text: string): Promise<DraftView>;
	editPatient(draftId: string, field: PatientField, value: string): Promise<DraftView>;
	saveForm(draftId: string, form: ReferralForm): Promise<DraftView>;

	/** With nothing typed: "My usual" of the referrer. */
	search(draftId: string, text: string): Promise<SearchView>;
	/** The outcomes of its criteria are those of the form as it was saved last. */
	serviceCard(draftId: string, serviceId: string): Promise<ServiceCard>;
	/** For the referrer alone. */
	setFavourite(serviceId: string, favourite: boolean): Promise<void>;

	/** "No good local service" for these needs, without the patient: answers how many were recorded in the last 12 months. */
	recordUnmetNeed(needs: string[]): Promise<number>;
	/** In the last 12 months, most first. */
	unmetNeeds(): Promise<UnmetNeedRow[]>;

	/** The form as it stands on the screen goes along: rejects with code "draft-changed" when it is not what was saved,
	 *  and with "incomplete" and the problems when something is missing. */
	queueReferral(draftId: string, form: ReferralForm): Promise<QueuedView>;
	/** Ends in NOT SENT; answers the draft, as it was. Rejects with "too-late" once it is being sent. */
	undoReferral(referralId: string): Promise<DraftView>;
	sendNow(referralId: string): Promise<void>;

	referrals(): Promise<ReferralRow[]>;
	referral(referralId: string): Promise<ReferralDetail>;
	/** Puts the text for the patient's record on the clipboard, from where it goes by itself after a while. */
	copyForRecord(referralId: string): Promise<CopiedView>;
	/** The tick that it stands in the patient's record. */
	setFiled(referralId: string, filed: boolean): Promise<ReferralDetail>;
	tryAgain(referralId: string): Promise<ReferralDetail>;
	decideUnknown(referralId: string, decision: UnknownDecision): Promise<ReferralDetail>;
	withdraw(referralId: string, reason: string): Promise<ReferralDetail>;

	/** "Not now": rejects with "not-a-day-ahead" unless the day is ahead, and with "incomplete" where patient or service is missing. */
	parkReferral(draftId: string, form: ReferralForm, recallOn: string, words: string): Promise<ReferralDetail>;
	/** The patient said no. */
	declineReferral(draftId: string, form: ReferralForm, words: string): Promise<ReferralDetail>;
	/** Takes up what was put off: the draft comes with consent, crisis, red flags and safe contact to be asked anew. */
	recallOffer(referralId: string): Promise<DraftView>;
	declineOffer(referralId: string, words: string): Promise<ReferralDetail>;
	/** What the service answered. Rejects with "words-missing" where nobody could act without words. */
	recordReply(referralId: string, reply: Reply, words: string): Promise<ReferralDetail>;
	/** Asked after; looked at again on that day, with "" after 5 working days. */
	chase(referralId: string, nextOn: string, words: string): Promise<ReferralDetail>;
	/** A rejection was seen, and this was done next. */
	acknowledge(referralId: string, words: string): Promise<ReferralDetail>;

	/** Written down on this computer; answers what stands there, newest first. */
	reportConcern(words: string, place: string): Promise<ConcernRow[]>;
	concerns(): Promise<ConcernRow[]>;

	/** Only in a demonstration. */
	demonstrationMailbox(): Promise<MailboxRow[]>;
	demonstrationMessage(number: number): Promise<MailboxMessage>;

	/** The answer to "close-asked". */
	quit(choice: QuitChoice): Promise<void>;

	/** "referral-changed" carries the id of the referral to read again. */
	onReferralChanged(act: (id: string) => void): void;
	/** A refresh in the background was tried, whatever came of it. */
	onDirectoryRefreshed(act: () => void): void;
	/** What the refresh that somebody asked for is doing, until its command answers. */
	onDirectoryRefreshing(act: (step: RefreshStep) => void): void;
	/** The window was called by its hot-key: put the focus in the search box. */
	onHotKey(act: () => void): void;
	/** The window was asked to close while referrals can still be undone: how many. */
	onCloseAsked(act: (waiting: number) => void): void;
}
