// The window as a whole: which place is shown, what the frame says, and the states of its screens. Every call to Rust goes through here.
import { tick } from 'svelte';
import type { Backend } from '../backend/backend';
import type { DraftSummary, DraftView, QuitChoice, ServiceCard, WindowError } from '../backend/types';
import type { WindowState } from '../backend/types';
import { AFTER_SEND, cannotReferWords, chosenWords, errorWords, favouriteWords, unmetWords, words, STATES } from '../messages';
import { DirectoryState } from './directory.svelte';
import { DraftState } from './draft.svelte';
import { FinderState } from './finder.svelte';
import { LeavingState } from './leaving.svelte';
import { OffersState } from './offers.svelte';
import { PeopleState } from './people.svelte';
import { PracticeState } from './practice.svelte';
import { ReferralsState } from './referrals.svelte';
import { SettingsState } from './settings.svelte';
import { SetUpState } from './setUp.svelte';
import { asWindowError } from './trouble';

/** After this long without a key or a click the patient is put away into a draft. */
export const IDLE_MILLISECONDS = 10 * 60 * 1000;
const TELL_MILLISECONDS = 20 * 1000;

export type Place = 'refer' | 'referrals' | 'directory' | 'mailbox' | 'practice';

export class OnwardState {
	place: Place = $state('refer');
	frame: WindowState | null = $state(null);
	/** What went wrong, in words; what was typed stays. */
	trouble: string | null = $state(null);
	/** Said once to screen readers and shown in the strip: what just happened. */
	news = $state('');
	/** What the last key did on the Refer screen, beside the button: chosen and ticked, a favourite, recorded. */
	said = $state('');
	/** The draft of the referral that was undone last, until something else happens. */
	undone: Pick<DraftSummary, 'id' | 'patient' | 'serviceName'> | null = $state(null);
	closeAsked: number | null = $state(null);
	/** What the pane beside the search shows: the patient's details for a glance, or a service's card. */
	pane: 'patient' | 'service' = $state('patient');

	/** Whether "No good local service" is asked where the hits stand else: those are not seen, and no key is about them. */
	recordingUnmet = $state(false);
	/** Counts up when somebody should look at the mailbox again. */
	mailboxChanged = $state(0);
	/** Counts up when the focus belongs in the search box. */
	focusSearch = $state(0);

	readonly draft: DraftState;
	readonly finder: FinderState;
	readonly leaving: LeavingState;
	readonly offers: OffersState;
	readonly referrals: ReferralsState;
	readonly people: PeopleState;
	readonly settings: SettingsState;
	readonly setUp: SetUpState;
	readonly practice: PracticeState;
	readonly directory: DirectoryState;
	/** The card of the service that is chosen for the draft; the one beside the list may only be looked at. */
	chosenCard: ServiceCard | null = $state(null);
	private sending = false;
	/** When Rust was last told of a key or a click. */
	private told = 0;
	private idle: ReturnType<typeof setTimeout> | undefined;

	constructor(
		readonly backend: Backend,
		readonly clock: () => number,
	) {
		const onError = (error: unknown) => this.report(error);
		this.draft = new DraftState(
			backend,
			onError,
			() => this.patientEdited(),
			() => this.factsSaved(),
		);
		this.finder = new FinderState(backend, () => this.draft.view?.id ?? null, onError);
		this.leaving = new LeavingState(backend, clock);
		this.offers = new OffersState(backend, this);
		this.referrals = new ReferralsState(backend, this);
		this.people = new PeopleState(this);
		this.settings = new SettingsState(this);
		this.setUp = new SetUpState(this);
		this.practice = new PracticeState(this);
		this.directory = new DirectoryState(this);
		backend.onReferralChanged((id) => void this.referralChanged(id));
		backend.onDirectoryRefreshed(() => void this.readFrame());
		backend.onDirectoryRefreshing((step) => this.settings.doing(step));
		backend.onHotKey(() => {
			if (!this.people.places.includes('refer')) return;
			this.place = 'refer';
			this.focusSearch += 1;
		});
		backend.onCloseAsked((waiting) => (this.closeAsked = waiting));
	}

	report(error: unknown, byPerson = true): void {
		if (this.people.asked(error, byPerson)) return;
		const { code, detail } = asWindowError(error);
		this.trouble = errorWords(code, detail);
	}

	/** Runs what a person asked for; when it is refused, says so in words and answers false. What was said before is done with. */
	async attempt(act: () => Promise<void>): Promise<boolean> {
		this.trouble = null;
		return this.tried(act, true);
	}

	/** The same for what the window does by itself: it never wipes away what a person has yet to read. */
	async quietly(act: () => Promise<void>): Promise<boolean> {
		return this.tried(act, false);
	}

	private async tried(act: () => Promise<void>, byPerson: boolean): Promise<boolean> {
		try {
			await act();
			return true;
		} catch (error) {
			this.report(error, byPerson);
			return false;
		}
	}

	async start(): Promise<void> {
		await this.attempt(async () => {
			this.frame = await this.backend.windowState();
		});
		await this.begin();
		this.touched();
	}

	/** With whoever sits here now; before anybody does, there is only what they are asked. */
	async begin(): Promise<void> {
		this.putEverythingAway();
		const { frame } = this;
		if (frame === null || frame.mode === 'recover' || this.people.nobody) return;
		if (frame.mode === 'setUp') return this.setUp.start();
		if (!this.people.places.includes(this.place)) this.place = this.people.places[0] ?? 'refer';
		await this.attempt(() => this.workAfresh());
		if (frame.session.mayFollowUp) await this.quietly(() => this.findLeaving());
		if (this.place !== 'refer') await this.readPlace();
	}

	/** On the newest draft; while the window is veiled, on one that nobody has seen anything of. */
	async workAfresh(): Promise<void> {
		this.draft.clear();
		if (!(this.people.session?.mayRefer ?? false)) return;
		await this.work(await this.backend.currentDraft());
		if (this.place === 'refer') this.focusSearch += 1;
	}

	/** What somebody else, or nobody, may not see. What still leaves is found again by whoever may undo it. */
	putEverythingAway(): void {
		this.trouble = this.undone = null;
		this.news = this.said = '';
		this.draft.clear();
		this.finder.clear();
		this.chosenCard = null;
		this.leaving.clear();
		this.putListsAway();
	}

	/** What waits for the PIN. What is leaving stays in sight: it can still be undone. */
	putListsAway(): void {
		this.undone = null;
		this.offers.last = this.offers.concerns = null;
		this.leaving.forgetLeft();
		this.referrals.clear();
		this.settings.clear();
		this.practice.clear();
		this.directory.clear();
	}

	/** What can still be undone since before the window was opened. */
	private async findLeaving(): Promise<void> {
		for (const row of await this.backend.referrals()) {
			if (row.state !== 'queued') continue;
			const { secondsToUndo } = await this.backend.referral(row.id);
			if (secondsToUndo === null || secondsToUndo <= 0) continue;
			const { id: referralId, reference, patient, serviceName } = row;
			this.leaving.add({ referralId, reference, patient, serviceName, notBeforeAt: '', secondsToUndo });
			this.leaving.take(row);
		}
	}

	/** A key or a click: the idle time begins again. */
	touched(): void {
		clearTimeout(this.idle);
		this.idle = setTimeout(() => void this.putAwayIdle(), IDLE_MILLISECONDS);
		// Rust counts for itself: it is told, and not of every letter.
		const now = this.clock();
		if (!(this.people.session?.asksPin ?? false) || now - this.told < TELL_MILLISECONDS) return;
		this.told = now;
		void this.quietly(() => this.backend.touched());
	}

	/** Ends the clocks of a window that is closed. */
	stop(): void {
		clearTimeout(this.idle);
		this.referrals.stop();
		this.leaving.stop();
	}

	private async putAwayIdle(): Promise<void> {
		if (this.people.session?.asksPin ?? false) return this.people.veil();
		if (this.draft.view?.banner == null) return;
		await this.putAway();
		this.news = AFTER_SEND.idle;
	}

	async readFrame(): Promise<void> {
		await this.quietly(async () => {
			await this.takeFrame(await this.backend.windowState());
		});
	}

	/** Rust counts the idle minutes, too: after a computer has slept it is the first to know. */
	private async takeFrame(frame: WindowState): Promise<void> {
		const veiledNow = frame.session.veiled && !this.people.veiled;
		const version = this.frame?.directory.version;
		this.frame = frame;
		if (veiledNow) await this.people.putAway();
		// What stands in the list may have left the directory. What was chosen stays as it was seen: whether it still is so is asked at Send.
		else if (version !== undefined && version !== frame.directory.version) await this.finder.readAgain();
	}

	async go(place: Place): Promise<void> {
		this.place = place;
		// What waits for the PIN on the Refer screen stays behind.
		if (this.people.pinAsked) await this.quietly(() => this.people.putAway());
		await this.readPlace();
	}

	/** What the place shows, as it is now; nothing while it waits for the PIN. */
	async readPlace(): Promise<void> {
		if (this.place === 'mailbox') this.mailboxChanged += 1;
		if (this.people.veiled) return;
		if (this.place === 'referrals') await this.referrals.readLists();
		if (this.place === 'practice') await this.practice.read();
		if (this.place === 'directory') await this.directory.read();
	}

	async chooseReferrer(staffId: string): Promise<void> {
		await this.attempt(async () => {
			this.frame = await this.backend.chooseReferrer(staffId);
			// "My usual" and the favourites are the referrer's own.
			await this.finder.readAgain();
		});
	}

	// --- The draft ---

	/** Takes a draft onto the screen, with the card of its service. */
	private async work(view: DraftView): Promise<void> {
		const another = this.draft.view?.id !== view.id;
		this.draft.take(view);
		this.recordingUnmet = false;
		if (another) this.finder.clear();
		const { serviceId } = view.form;
		this.chosenCard = null;
		this.said = '';
		// The details come up for a glance, unless a service was chosen for the patient already.
		this.pane = serviceId === null || view.deceased ? 'patient' : 'service';
		// Nobody waits for the list: it comes when it is there.
		const listed = this.finder.readAgain();
		if (serviceId === null) return;
		// On the same draft the list may bring a card of its own, which the chosen one follows.
		if (!another) await listed;
		this.chosenCard = await this.finder.show(serviceId);
	}

	/** The name of the chosen service, for the button; never that of one chosen before. */
	get chosenName(): string | null {
		const { serviceId } = this.draft.form;
		if (serviceId === null) return null;
		return this.chosenCard?.id === serviceId ? this.chosenCard.name : (this.draft.view?.serviceName ?? null);
	}

	private async patientEdited(): Promise<void> {
		await this.finder.readAgain();
		this.chosenAsShown();
	}

	/** An answer may have settled a criterion: what is met is worked out in Rust. */
	private async factsSaved(): Promise<void> {
		await this.finder.readCardAgain();
		this.chosenAsShown();
	}

	private chosenAsShown(): void {
		const { serviceId } = this.draft.form;
		if (serviceId !== null && this.finder.card?.id === serviceId) this.chosenCard = this.finder.card;
	}

	async type(text: string): Promise<void> {
		this.said = '';
		const newest = await this.finder.type(text);
		if (!newest || this.finder.view === null) return;
		if (this.finder.active && text.trim() !== '') this.pane = 'service';
		else await this.backToChosen();
	}

	/** Nothing is looked at any more: the pane shows the chosen service again, else the patient. */
	private async backToChosen(): Promise<void> {
		const { chosenCard } = this;
		if (chosenCard === null) {
			this.pane = 'patient';
			this.finder.card = null;
		} else if ((await this.finder.show(chosenCard.id)) !== null) {
			this.pane = 'service';
			this.chosenAsShown();
		}
	}

	/** Something was put beside a service: the list shows it, and a draft for it may not be sent any more, or again. */
	async layerChanged(serviceId: string): Promise<void> {
		const { said } = this;
		await this.finder.readAgain();
		if (this.draft.form.serviceId === serviceId) await this.draft.saveAgain();
		this.said = said;
	}

	/** Shows the card of a service that is not in the list: a successor. */
	async look(serviceId: string): Promise<void> {
		await this.finder.show(serviceId);
		this.pane = 'service';
	}

	/** From a referral to the card of what took its service's place. */
	async lookFromReferral(serviceId: string): Promise<void> {
		await this.go('refer');
		await this.look(serviceId);
		await tick();
		document.getElementById('card-name')?.focus();
	}

	/** The service that a key is about: the hit, while the focus is in the search box, else the card. */
	private get lookedAt(): { id: string; name: string; favourite: boolean } | null {
		const inSearch = document.activeElement?.id === 'search';
		if (this.pane === 'service' && !inSearch && this.finder.card) return this.finder.card;
		return (this.recordingUnmet ? null : this.finder.active) ?? (this.pane === 'service' ? this.finder.card : null);
	}

	/** Makes the service that is looked at a favourite, or no longer. */
	async toggleFavourite(service = this.lookedAt): Promise<void> {
		if (service === null) return;
		const { id, name, favourite } = service;
		await this.attempt(async () => {
			await this.backend.setFavourite(id, !favourite);
			this.finder.mark(id, !favourite);
			this.chosenAsShown();
			this.said = favouriteWords(name, !favourite);
		});
	}

	/** One that has left the directory has no card to take it off by. */
	async forgetFavourite({ id, name }: { id: string; name: string }): Promise<void> {
		await this.toggleFavourite({ id, name, favourite: true });
		await this.finder.readAgain();
		this.focusSearch += 1;
	}

	/** Records that there is no good local service for these needs; answers whether it was. */
	async recordUnmet(needs: readonly string[]): Promise<boolean> {
		return this.attempt(async () => {
			this.said = unmetWords(await this.backend.recordUnmetNeed([...needs]));
		});
	}

	/** Answers whether a patient could be read. */
	async paste(text: string): Promise<boolean> {
		const read = await this.onDraft((id) => this.backend.pastePatient(id, text));
		if (read) this.focusSearch += 1;
		return read;
	}

	async putAway(): Promise<void> {
		await this.onDraft((id) => this.backend.clearPatient(id));
		this.focusSearch += 1;
	}

	async openDraft(draftId: string): Promise<void> {
		await this.onDraft(() => this.backend.openDraft(draftId));
		this.undone = null;
		this.place = 'refer';
		this.focusSearch += 1;
	}

	private async onDraft(act: (draftId: string) => Promise<DraftView>): Promise<boolean> {
		const { view } = this.draft;
		if (view === null) return false;
		return this.attempt(async () => {
			await this.draft.saved();
			await this.work(await act(view.id));
		});
	}

	/** Chooses a service for the draft, with its usual reasons: only one that is open and that is sent to from here. */
	async choose(serviceId: string, usualReasons: readonly string[] = []): Promise<boolean> {
		const shown = this.finder.card?.id === serviceId ? this.finder.card : await this.finder.show(serviceId);
		if (shown === null) {
			if (this.finder.left !== null) this.pane = 'service';
			return false;
		}
		this.trouble = cannotReferWords(shown.name, shown.notOpen, shown.address !== null);
		if (this.trouble !== null) return false;
		this.chosenCard = shown;
		this.draft.chooseService(serviceId, usualReasons);
		this.said = chosenWords(shown.name, this.draft.fromUsual);
		return true;
	}

	// --- Sending ---

	/** Queues the draft; answers false when something is missing, which is then listed. */
	async send(): Promise<boolean> {
		const { view } = this.draft;
		if (view === null || this.sending) return false;
		this.sending = true;
		try {
			await this.draft.saved();
			const queued = await this.backend.queueReferral(view.id, this.draft.onScreen);
			this.leaving.add(queued);
			this.offers.last = null;
			this.undone = null;
			this.trouble = null;
			this.news = `Queued as ${queued.reference}. ${queued.secondsToUndo} seconds to undo.`;
			await this.workOnEmpty();
			this.focusSearch += 1;
			void this.readFrame();
			return true;
		} catch (error) {
			this.refused(asWindowError(error));
			return false;
		} finally {
			this.sending = false;
		}
	}

	/** Sends; when something is missing the focus goes to the list of it. */
	async sendAndSay(): Promise<void> {
		if (await this.send()) return;
		await tick();
		if (this.draft.problems.length > 0) document.getElementById('problems')?.focus();
	}

	/** After a send no older draft may come up by itself, nor answers without a name: Rust says what is empty, and makes it. */
	async workOnEmpty(): Promise<void> {
		const newest = await this.backend.currentDraft();
		await this.work(await this.backend.clearPatient(newest.id));
	}

	refused(error: WindowError): void {
		const { view } = this.draft;
		if (error.code === 'incomplete' && view !== null) {
			this.draft.refresh({ ...view, problems: error.problems });
			this.draft.problemsShown = true;
			this.trouble = null;
		} else this.report(error);
	}

	async undo(referralId: string): Promise<void> {
		await this.attempt(async () => {
			const draft = await this.backend.undoReferral(referralId);
			this.leaving.remove(referralId);
			this.news = AFTER_SEND.undone;
			this.undone = { id: draft.id, patient: draft.banner?.name ?? null, serviceName: draft.serviceName };
			// A patient who is on the screen stays there; on an empty screen the undone draft can be put right at once.
			if (this.draft.isEmpty) {
				await this.work(draft);
				this.place = 'refer';
				this.focusSearch += 1;
			}
			await this.referrals.readLists();
		});
		void this.readFrame();
	}

	async sendNow(referralId: string): Promise<void> {
		await this.attempt(async () => {
			await this.backend.sendNow(referralId);
			await this.referralChanged(referralId);
		});
	}

	// --- Referrals ---

	/** From the patient's banner to what happened to an earlier referral. */
	async openReferral(referralId: string): Promise<void> {
		await this.go('referrals');
		await this.referrals.readDetail(referralId);
		await tick();
		document.getElementById('detail-heading')?.focus();
	}

	private async referralChanged(id: string): Promise<void> {
		this.mailboxChanged += 1;
		await this.quietly(async () => {
			await this.leaving.read(id);
			const item = this.leaving.items.find((other) => other.queued.referralId === id);
			if (item?.row && !this.leaving.canUndo(item)) this.news = `${item.queued.reference}: ${words(STATES, item.row.state)}`;
			if (this.referrals.detail?.row.id === id) this.referrals.detail = await this.backend.referral(id);
			if (this.place === 'referrals' && !this.people.veiled) await this.referrals.readLists();
			await this.takeFrame(await this.backend.windowState());
		});
	}

	// --- Closing ---

	async quit(choice: QuitChoice): Promise<void> {
		this.closeAsked = null;
		await this.attempt(() => this.backend.quit(choice));
	}
}
