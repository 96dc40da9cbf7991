// The backend of page tests and of `npm run dev`: answers as they were recorded, with just enough state to follow one referral.
import type { Backend } from './backend';
import type { WindowState } from './types';
import { DirectoryReplay } from './replay-directory';
import { as, missing, refuse } from './replay-practice';
import chooseReferrer from './recorded/choose_referrer.json';
import clearPatient from './recorded/clear_patient.json';
import copyForRecord from './recorded/copy_for_record.json';
import currentDraft from './recorded/current_draft.json';
import decideUnknown from './recorded/decide_unknown.json';
import demonstrationMailbox from './recorded/demonstration_mailbox.json';
import demonstrationMessage from './recorded/demonstration_message.json';
import drafts from './recorded/drafts.json';
import openDraft from './recorded/open_draft.json';
import pastePatient from './recorded/paste_patient.json';
import acknowledge from './recorded/acknowledge.json';
import chase from './recorded/chase.json';
import concerns from './recorded/concerns.json';
import declineOffer from './recorded/decline_offer.json';
import declineReferral from './recorded/decline_referral.json';
import parkReferral from './recorded/park_referral.json';
import recallOffer from './recorded/recall_offer.json';
import recordReply from './recorded/record_reply.json';
import reportConcern from './recorded/report_concern.json';
import queueReferral from './recorded/queue_referral.json';
import recordUnmetNeed from './recorded/record_unmet_need.json';
import referral from './recorded/referral.json';
import referrals from './recorded/referrals.json';
import search from './recorded/search.json';
import serviceCard from './recorded/service_card.json';
import setFiled from './recorded/set_filed.json';
import tryAgain from './recorded/try_again.json';
import undoReferral from './recorded/undo_referral.json';
import unmetNeeds from './recorded/unmet_needs.json';
import withdraw from './recorded/withdraw.json';
import type {
	ConcernRow,
	CopiedView,
	DraftSummary,
	DraftView,
	MailboxMessage,
	MailboxRow,
	PatientField,
	Problem,
	QueuedView,
	ReferralDetail,
	ReferralForm,
	ReferralRow,
	Reply,
	SearchView,
	ServiceCard,
	UnmetNeedRow,
} from './types';

/** What the form of a draft still lacks, in outline; the real rules are in Rust. */
function problemsOf(draft: DraftView): Problem[] {
	const { form, patient, banner } = draft;
	const problems: Problem[] = [];
	if (banner === null) problems.push(missing('patient'));
	if (draft.deceased) problems.push({ field: 'patient', code: 'deceased', detail: null });
	for (const { field, problem } of patient) if (problem !== null) problems.push({ field, code: problem, detail: null });
	if (form.serviceId === null) problems.push(missing('serviceId'));
	if (form.reasons.length === 0 && form.reasonText.trim() === '') problems.push(missing('reasons'));
	if (form.consent === null) problems.push(missing('consent'));
	if (form.consent === 'onTheirBehalf' && form.consentNote.trim() === '') problems.push(missing('consentNote'));
	if (form.crisis === null) problems.push(missing('crisis'));
	if (form.crisis === 'presentDealtWith' && form.crisisNote.trim() === '') problems.push(missing('crisisNote'));
	if (form.redFlags === null) problems.push(missing('redFlags'));
	if (form.redFlags === 'presentDealtWith' && form.redFlagsNote.trim() === '') problems.push(missing('redFlagsNote'));
	const card = serviceCard.find((entry) => entry.answer.id === form.serviceId)?.answer;
	for (const { id, required } of card?.extraQuestions ?? []) {
		const answer = form.extraAnswers.find((other) => other.questionId === id)?.answer ?? '';
		if (required && answer.trim() === '') problems.push(missing(`extra:${id}`));
	}
	if (form.phq9Total.trim() !== '' && !/^([01]?\d|2[0-7])$/.test(form.phq9Total.trim()))
		problems.push({ field: 'phq9Total', code: 'not-valid', detail: null });
	if (
		form.serviceId !== null &&
		(card?.checkedAge === 'over-180' || card?.checkedAge === 'never') &&
		form.willPhone !== form.serviceId
	)
		problems.push(missing('willPhone'));
	return problems;
}

/** The state between two answers. */
class Replay extends DirectoryReplay implements Backend {
	private draft = as<DraftView>(currentDraft.answer);
	private setAside = as<DraftSummary[]>(drafts.answer);
	private readonly kept = new Map<string, DraftView>();
	private details = new Map(as<{ answer: ReferralDetail }[]>(referral).map(({ answer }) => [answer.row.id, answer]));
	private rows = as<ReferralRow[]>(referrals.answer);
	private sentDrafts = new Map<string, DraftView>();
	private readonly favourites = new Map<string, boolean>();
	private reported = as<ConcernRow[]>(concerns.answer);
	private draftsMade = 0;
	private changed: (id: string) => void = () => undefined;

	async windowState(): Promise<WindowState> {
		return as(this.frame);
	}

	async chooseReferrer(staffId: string): Promise<WindowState> {
		const { session, mode, staff } = this.frame;
		this.frame = { ...as<WindowState>(chooseReferrer.answer), session, mode, staff, referrerId: staffId };
		return as(this.frame);
	}

	async currentDraft(): Promise<DraftView> {
		// Never, while it is veiled, one from before.
		if (this.frame.session.veiled && this.draft.banner !== null) return this.clearPatient();
		return as(this.draft);
	}

	async drafts(): Promise<DraftSummary[]> {
		this.seen();
		return as(this.setAside);
	}

	async openDraft(draftId: string): Promise<DraftView> {
		const kept = this.kept.get(draftId) ?? as<DraftView>({ ...openDraft.answer, id: draftId });
		this.putAside();
		this.setAside = this.setAside.filter(({ id }) => id !== draftId);
		return this.take(kept);
	}

	async clearPatient(): Promise<DraftView> {
		this.putAside();
		return this.take(this.newDraft(as(clearPatient.answer)));
	}

	async pastePatient(_draftId: string, text: string): Promise<DraftView> {
		const entry = pastePatient.find((other) => other.arguments.text.trim() === text.trim()) ?? pastePatient[0];
		if (entry === undefined) return refuse('unreadable');
		const pasted = as<DraftView>(entry.answer);
		// Of a form that was begun without a patient only the service stays; a draft with a patient is set aside whole.
		const form = this.draft.banner === null ? { ...pasted.form, serviceId: this.draft.form.serviceId } : pasted.form;
		if (this.draft.banner !== null) this.putAside();
		const id = this.draft.banner === null ? this.draft.id : this.newId();
		return this.take({ ...pasted, id, form, serviceName: this.nameOf(form.serviceId) });
	}

	async editPatient(_draftId: string, field: PatientField, value: string): Promise<DraftView> {
		const patient = this.draft.patient.map((row) => (row.field === field ? { ...row, value, problem: null, choices: [] } : row));
		const value_ = (name: PatientField) => patient.find((row) => row.field === name)?.value ?? '';
		const title = value_('title') === '' ? '' : ` (${value_('title')})`;
		const banner = {
			name: `${value_('family').toUpperCase()}, ${value_('given')}${title}`,
			born: value_('birthDate') === '' ? null : (this.draft.banner?.born ?? value_('birthDate')),
			gender: value_('gender') || 'Not Known',
			nhsNumber: value_('nhsNumber') || null,
			pastedAt: this.draft.banner?.pastedAt ?? null,
		};
		return this.take({ ...this.draft, patient, banner });
	}

	async saveForm(draftId: string, form: ReferralForm): Promise<DraftView> {
		if (draftId !== this.draft.id) return refuse('not-found');
		return this.take({ ...this.draft, form, serviceName: this.nameOf(form.serviceId) });
	}

	async search(_draftId: string, text: string): Promise<SearchView> {
		const view = this.found(text.trim().toLowerCase());
		const hits = view.hits.map((hit) => ({ ...hit, favourite: this.isFavourite(hit.id, hit.favourite) }));
		return { ...view, hits };
	}

	private found(wanted: string): SearchView {
		const exact = search.find((entry) => entry.arguments.text.toLowerCase() === wanted);
		if (exact) return as(exact.answer);
		const first = search.find((entry) => entry.arguments.text.toLowerCase().startsWith(wanted));
		if (first) return as(first.answer);
		const all = as<SearchView>(search[0]?.answer);
		const hits = all.hits.filter(({ name }) => name.toLowerCase().includes(wanted)).map((hit) => ({ ...hit, why: [] }));
		return { ...all, hits, hiddenByAge: 0, hiddenByArea: 0 };
	}

	async serviceCard(_draftId: string, serviceId: string): Promise<ServiceCard> {
		const entry = serviceCard.find((other) => other.answer.id === serviceId);
		const left = this.leftOf(serviceId);
		if (left !== undefined) return refuse('service-left', [], null, left);
		if (entry === undefined) return refuse('not-found');
		const card = as<ServiceCard>(entry.answer);
		// An answer is all that settles a criterion here; Rust looks at what else is known, too.
		const criteria = card.criteria.map((criterion) => {
			const answer = this.draft.form.criteria.find(({ key }) => key === criterion.key);
			if (answer === undefined) return criterion;
			if (!criterion.answerable || answer.met === null) return { ...criterion, reason: answer.reason };
			const outcome = answer.met ? ('met' as const) : ('notMet' as const);
			return { ...criterion, outcome, answered: answer.met, reason: answer.reason };
		});
		return { ...card, criteria, favourite: this.isFavourite(serviceId, card.favourite), layer: this.layerOf(serviceId) };
	}

	async setFavourite(serviceId: string, favourite: boolean): Promise<void> {
		this.favourites.set(serviceId, favourite);
	}

	async recordUnmetNeed(): Promise<number> {
		return recordUnmetNeed.answer;
	}

	async unmetNeeds(): Promise<UnmetNeedRow[]> {
		return as(unmetNeeds.answer);
	}

	private isFavourite(serviceId: string, recorded: boolean): boolean {
		return this.favourites.get(serviceId) ?? recorded;
	}

	async queueReferral(draftId: string, form: ReferralForm): Promise<QueuedView> {
		if (JSON.stringify(form) !== JSON.stringify(this.draft.form)) return refuse('draft-changed');
		const problems = problemsOf(this.draft);
		if (draftId !== this.draft.id || problems.length > 0) return refuse('incomplete', problems);
		const queued = as<QueuedView>(queueReferral.answer);
		const { id, banner, serviceName } = this.draft;
		queued.patient = banner?.name ?? '';
		queued.serviceName = serviceName ?? '';
		if (this.sentDrafts.size > 0) {
			queued.referralId = this.newId();
			queued.reference = `ONW-TEST-000${this.sentDrafts.size}`;
		}
		this.sentDrafts.set(queued.referralId, as({ ...this.draft, id }));
		const recorded = as<ReferralDetail>(referral[0]?.answer);
		const { referralId, reference, patient } = queued;
		const row = { ...recorded.row, id: referralId, reference, patient, serviceName: queued.serviceName };
		this.details.set(referralId, { ...recorded, row, banner: banner ?? recorded.banner });
		this.rows = [row, ...this.rows];
		this.draft = this.newDraft(as(clearPatient.answer));
		this.frame.outbox.waiting += 1;
		this.frame.outbox.toFile += 1;
		return queued;
	}

	async undoReferral(referralId: string): Promise<DraftView> {
		const draft = this.sentDrafts.get(referralId) ?? as<DraftView>(undoReferral.answer);
		const detail = this.detailOf(referralId);
		if (detail.row.state !== 'queued') return refuse('too-late');
		this.rows = this.rows.filter(({ id }) => id !== referralId);
		this.update({ ...detail, row: { ...detail.row, state: 'undone' }, actions: [], secondsToUndo: null });
		this.frame.outbox.waiting -= 1;
		this.kept.set(draft.id, draft);
		if (this.draft.banner === null) return this.take(draft);
		this.setAside = [summary(draft), ...this.setAside];
		return as(draft);
	}

	async sendNow(referralId: string): Promise<void> {
		const detail = this.detailOf(referralId);
		this.frame.outbox.waiting -= 1;
		this.update({ ...detail, row: { ...detail.row, state: 'sent' }, actions: ['withdraw'], secondsToUndo: null });
	}

	async referrals(): Promise<ReferralRow[]> {
		this.seen();
		return as(this.rows);
	}

	async referral(referralId: string): Promise<ReferralDetail> {
		return as(this.detailOf(referralId));
	}

	async copyForRecord(referralId: string): Promise<CopiedView> {
		return { ...copyForRecord.answer, reference: this.detailOf(referralId).row.reference };
	}

	async setFiled(referralId: string, filed: boolean): Promise<ReferralDetail> {
		const detail = this.detailOf(referralId);
		if (detail.row.toFile === filed) this.frame.outbox.toFile += filed ? -1 : 1;
		return this.update({ ...detail, row: { ...detail.row, toFile: !filed }, filed: filed ? as(setFiled.answer.filed) : null });
	}

	async tryAgain(): Promise<ReferralDetail> {
		return this.update(as(tryAgain.answer));
	}

	async decideUnknown(_referralId: string, decision: string): Promise<ReferralDetail> {
		const entry = decideUnknown.find((other) => other.arguments.decision === decision);
		return entry === undefined ? refuse('not-allowed') : this.update(as(entry.answer));
	}

	async withdraw(referralId: string, reason: string): Promise<ReferralDetail> {
		const recorded = as<ReferralDetail>(withdraw.answer);
		const detail = this.detailOf(referralId);
		const last = recorded.timeline.at(-1);
		const timeline = last ? [...detail.timeline, { ...last, detail: reason }] : detail.timeline;
		const row = { ...detail.row, state: 'withdrawn', owner: null, nextOn: null, needsAttention: false };
		return this.update({ ...detail, row, timeline, actions: [], problem: null });
	}

	async parkReferral(_draftId: string, _form: ReferralForm, recallOn: string, words: string): Promise<ReferralDetail> {
		if (recallOn.trim() === '') return refuse('not-a-day-ahead');
		return this.offer(as(parkReferral.answer), words);
	}

	async declineReferral(_draftId: string, _form: ReferralForm, words: string): Promise<ReferralDetail> {
		return this.offer(as(declineReferral.answer), words);
	}

	/** It needs a patient and a service; the draft goes with it. */
	private offer(recorded: ReferralDetail, words: string): ReferralDetail {
		const { banner, serviceName } = this.draft;
		const problems = problemsOf(this.draft).filter(({ field }) => field === 'patient' || field === 'serviceId');
		if (banner === null || problems.length > 0) return refuse('incomplete', problems);
		const row = { ...recorded.row, patient: banner.name, serviceName: serviceName ?? '' };
		const timeline = recorded.timeline.map((entry) => ({ ...entry, detail: words === '' ? null : words }));
		const detail = { ...recorded, row, banner, timeline };
		this.kept.set(`of ${row.id}`, { ...this.draft, form: { ...this.draft.form, consent: null, crisis: null, redFlags: null } });
		this.rows = [row, ...this.rows.filter(({ id }) => id !== row.id)];
		this.draft = this.newDraft(as(clearPatient.answer));
		this.frame.outbox.toFile += 1;
		return this.update(detail);
	}

	async recallOffer(referralId: string): Promise<DraftView> {
		const draft = this.kept.get(`of ${referralId}`) ?? as<DraftView>(recallOffer.answer);
		this.kept.set(draft.id, draft);
		return as(draft);
	}

	async declineOffer(referralId: string): Promise<ReferralDetail> {
		const recorded = as<ReferralDetail>(declineOffer.answer);
		const { row, banner } = this.detailOf(referralId);
		return this.update({ ...recorded, banner, row: { ...recorded.row, id: row.id, patient: row.patient } });
	}

	async recordReply(referralId: string, reply: Reply, words: string): Promise<ReferralDetail> {
		if (reply === 'rejected' && words.trim() === '') return refuse('words-missing');
		const entry = recordReply.find((other) => other.arguments.reply === reply) ?? recordReply[0];
		const recorded = as<ReferralDetail>(entry?.answer);
		const { row, banner } = this.detailOf(referralId);
		const { patient, reference, serviceName } = row;
		return this.update({ ...recorded, banner, row: { ...recorded.row, id: row.id, patient, reference, serviceName } });
	}

	async chase(referralId: string): Promise<ReferralDetail> {
		const { row } = as<ReferralDetail>(chase.answer);
		const detail = this.detailOf(referralId);
		return this.update({ ...detail, row: { ...detail.row, nextOn: row.nextOn, attention: null, needsAttention: false } });
	}

	async acknowledge(referralId: string): Promise<ReferralDetail> {
		const { row, followUps } = as<ReferralDetail>(acknowledge.answer);
		const detail = this.detailOf(referralId);
		const { owner, deputy, nextOn, attention, needsAttention } = row;
		return this.update({ ...detail, followUps, row: { ...detail.row, owner, deputy, nextOn, attention, needsAttention } });
	}

	async reportConcern(words: string): Promise<ConcernRow[]> {
		this.reported = [...as<ConcernRow[]>(reportConcern.answer).map((row) => ({ ...row, words })), ...this.reported];
		return as(this.reported);
	}

	async concerns(): Promise<ConcernRow[]> {
		return as(this.reported);
	}

	async demonstrationMailbox(): Promise<MailboxRow[]> {
		return as(demonstrationMailbox.answer);
	}

	async demonstrationMessage(): Promise<MailboxMessage> {
		return as(demonstrationMessage.answer);
	}

	async quit(): Promise<void> {
		// Nothing to close.
	}

	onReferralChanged(act: (id: string) => void): void {
		this.changed = act;
	}

	onDirectoryRefreshed(): void {
		// Nothing refreshes in a browser.
	}

	onDirectoryRefreshing(): void {
		// Nor is one asked for that takes any time.
	}

	onHotKey(): void {
		// A browser has no hot-key.
	}

	onCloseAsked(): void {
		// A browser page closes without asking.
	}

	private seen(): void {
		if (this.frame.session.veiled) refuse('pin-needed');
	}

	private take(draft: DraftView): DraftView {
		this.draft = as({ ...draft, problems: problemsOf(draft) });
		return as(this.draft);
	}

	private putAside(): void {
		if (this.draft.banner === null && this.draft.form.serviceId === null) return;
		this.kept.set(this.draft.id, as(this.draft));
		this.setAside = [summary(this.draft), ...this.setAside];
	}

	private newId(): string {
		this.draftsMade += 1;
		return `replay-${this.draftsMade}`;
	}

	private newDraft(empty: DraftView): DraftView {
		return { ...empty, id: this.newId() };
	}

	private nameOf(serviceId: string | null): string | null {
		return serviceCard.find(({ answer }) => answer.id === serviceId)?.answer.name ?? null;
	}

	private detailOf(referralId: string): ReferralDetail {
		return this.details.get(referralId) ?? refuse('not-found');
	}

	private update(detail: ReferralDetail): ReferralDetail {
		this.details.set(detail.row.id, detail);
		this.rows = this.rows.map((row) => (row.id === detail.row.id ? detail.row : row));
		this.changed(detail.row.id);
		return as(detail);
	}
}

function summary(draft: DraftView): DraftSummary {
	return { id: draft.id, patient: draft.banner?.name ?? null, serviceName: draft.serviceName, changedAt: '2026-11-21T14:05:00Z' };
}

/** In the mode that the folder of data has, and with a directory that is too old to be believed where that is asked for. */
export function replay(mode: WindowState['mode'] = 'demonstration', { tooOld = false } = {}): Backend {
	const backend = new Replay(mode);
	backend.tooOld = tooOld;
	return backend;
}
