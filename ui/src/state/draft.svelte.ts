// The draft that the Refer screen works on: the patient, the form, and what stands in the way. Saves are kept in order, the newest wins.
import type { Backend } from '../backend/backend';
import { repeatWords } from '../messages';
import type { CriterionAnswer, DraftView, PatientField, Problem, ReferralForm } from '../backend/types';

export const EMPTY_FORM: ReferralForm = {
	serviceId: null,
	reasons: [],
	reasonText: '',
	consent: null,
	consentNote: '',
	crisis: null,
	crisisNote: '',
	redFlags: null,
	redFlagsNote: '',
	mayLeaveVoicemail: false,
	mayText: false,
	bestTimes: '',
	phq9Total: '',
	phq9Item9: '',
	willPhone: null,
	extraAnswers: [],
	criteria: [],
};

/** Answers that other criteria are settled by: the card is read again when they are saved. */
const FACTS: readonly (keyof ReferralForm)[] = ['reasons', 'crisis', 'redFlags', 'criteria'];

export class DraftState {
	view: DraftView | null = $state(null);
	/** What is on the screen: it is never overwritten by the answer to an older save. */
	form: ReferralForm = $state({ ...EMPTY_FORM });
	/** Null until Send was pressed with something missing; from then on it follows what is put right. */
	problemsShown = $state(false);
	/** The reasons that choosing from "My usual" ticked, and that nobody has touched since. */
	fromUsual: readonly string[] = $state([]);

	private unsaved = false;
	private factsChanged = false;
	private saving: Promise<void> | null = null;
	private editing: Promise<void> = Promise.resolve();

	constructor(
		private readonly backend: Backend,
		private readonly onError: (error: unknown) => void,
		private readonly onPatientEdited: () => Promise<void>,
		private readonly onFactsSaved: () => Promise<void>,
	) {}

	get problems(): Problem[] {
		return this.problemsShown ? (this.view?.problems ?? []) : [];
	}

	problemOf(field: string): Problem | undefined {
		return this.problems.find((problem) => problem.field === field);
	}

	/** Family name and date of birth as the Send button says them. */
	get familyName(): string | null {
		return this.view?.banner?.name.split(',')[0] ?? null;
	}

	get born(): string | null {
		return this.view?.banner?.born?.split(' ')[0] ?? null;
	}

	/** The words for an earlier referral of this person to that service, open or made in the last 90 days; null without one. */
	repeated(serviceId: string | null): string | null {
		const one = this.view?.earlier.find((other) => other.serviceId === serviceId);
		return one ? repeatWords(one.reference, one.state, one.days) : null;
	}

	get isEmpty(): boolean {
		return this.view === null || (this.view.banner === null && this.form.serviceId === null);
	}

	/** Takes another draft, whole. */
	take(view: DraftView): void {
		this.view = view;
		this.form = { ...structuredClone(view.form) };
		this.problemsShown = false;
		this.fromUsual = [];
	}

	/** Nobody works on a draft. */
	clear(): void {
		this.view = null;
		this.form = { ...EMPTY_FORM };
		this.problemsShown = false;
		this.fromUsual = [];
	}

	change(part: Partial<ReferralForm>): void {
		this.factsChanged ||= FACTS.some((fact) => fact in part);
		this.keep(part);
	}

	private keep(part: Partial<ReferralForm>): void {
		Object.assign(this.form, part);
		this.unsaved = true;
		this.saving ??= this.saveUntilDone();
	}

	/** Chooses a service, with the reasons that go with it in "My usual". Those of one chosen before go, a person's own stay. */
	chooseService(serviceId: string, usualReasons: readonly string[]): void {
		const own = this.form.reasons.filter((code) => !this.fromUsual.includes(code));
		this.fromUsual = usualReasons.filter((code) => !own.includes(code));
		const reasons = [...own, ...this.fromUsual];
		this.change(reasons.join() === this.form.reasons.join() ? { serviceId } : { serviceId, reasons });
	}

	toggleReason(code: string): void {
		const { reasons } = this.form;
		this.fromUsual = this.fromUsual.filter((other) => other !== code);
		this.change({ reasons: reasons.includes(code) ? reasons.filter((other) => other !== code) : [...reasons, code] });
	}

	answerExtra(questionId: string, answer: string): void {
		const others = this.form.extraAnswers.filter((other) => other.questionId !== questionId);
		this.change({ extraAnswers: [...others, { questionId, answer }] });
	}

	extraAnswer(questionId: string): string {
		return this.form.extraAnswers.find((answer) => answer.questionId === questionId)?.answer ?? '';
	}

	criterionAnswer(key: string): CriterionAnswer | undefined {
		return this.form.criteria.find((answer) => answer.key === key);
	}

	/** Null takes the answer back. */
	answerCriterion(key: string, met: boolean | null): void {
		const others = this.form.criteria.filter((answer) => answer.key !== key);
		const reason = met === false ? (this.criterionAnswer(key)?.reason ?? '') : '';
		this.change({ criteria: met === null ? others : [...others, { key, met, reason }] });
	}

	/** The line of reason for a criterion that is not met: it answers nothing that was not answered. */
	explainCriterion(key: string, reason: string): void {
		const met = this.criterionAnswer(key)?.met ?? null;
		const others = this.form.criteria.filter((answer) => answer.key !== key);
		// The outcome stays, so no card has to be read again for each letter.
		this.keep({ criteria: [...others, { key, met, reason }] });
	}

	/** The form as it stands on the screen, as plain data. */
	get onScreen(): ReferralForm {
		return $state.snapshot(this.form);
	}

	/** Waits until what was typed is saved; what could not be is tried once more. */
	async saved(): Promise<void> {
		await this.editing;
		if (this.unsaved) this.saving ??= this.saveUntilDone();
		while (this.saving !== null) await this.saving;
	}

	/** What stands in the way may have changed, though nothing was typed. */
	async saveAgain(): Promise<void> {
		this.unsaved = true;
		await this.saved();
	}

	editPatient(field: PatientField, value: string): Promise<void> {
		this.editing = this.editing.then(() => this.editNow(field, value));
		return this.editing;
	}

	private async editNow(field: PatientField, value: string): Promise<void> {
		if (this.view === null) return;
		try {
			this.refresh(await this.backend.editPatient(this.view.id, field, value));
			await this.onPatientEdited();
		} catch (error) {
			this.onError(error);
		}
	}

	/** Takes over what Rust worked out (banner, problems, service's name) and leaves the form as it is on the screen. */
	refresh(view: DraftView): void {
		if (this.view?.id === view.id) this.view = view;
	}

	private async saveUntilDone(): Promise<void> {
		try {
			while (this.unsaved && this.view !== null) {
				this.unsaved = false;
				this.refresh(await this.backend.saveForm(this.view.id, this.onScreen));
			}
			if (this.factsChanged) {
				this.factsChanged = false;
				void this.onFactsSaved();
			}
		} catch (error) {
			this.unsaved = true;
			this.onError(error);
		} finally {
			this.saving = null;
		}
	}
}
