// What set-up and the place Practice have in common: people, practice, mailbox, directory and addresses, and the problems of their forms.
import { tick } from 'svelte';
import type {
	AddressRow,
	AddressShown,
	MailboxTest,
	PhoneCheckRow,
	RefreshStep,
	SetUpView,
	StaffMember,
	WindowError,
} from '../backend/types';
import { errorWords, refreshStepWords, settingProblemWords } from '../messages';
import type { OnwardState } from './window.svelte';
import { asWindowError } from './trouble';

/** Something that stands in the way of a form: the id of its field, or null where no field is to blame. */
export interface FormProblem {
	readonly id: string | null;
	readonly words: string;
}

/** An address as it was looked at: one that changes meanwhile is not taken for it. */
export function asShown({ endpointId, digest }: AddressShown): AddressShown {
	return { endpointId, digest };
}

/** Which field an error of its own code belongs to. */
const FIELD_OF: Readonly<Record<string, string>> = {
	'pin-weak': 'pin',
	'wrong-pin': 'pin',
	'pin-wait': 'pin',
	'wrong-key': 'key',
	'same-person': 'second',
	'pin-of-the-other': 'second',
	directory: 'file',
	'feed-address': 'source',
	'feed-fingerprint': 'fingerprint',
	'feed-other-root': 'fingerprint',
	'feed-folder': 'folder',
	file: 'folder',
	'not-a-backup': 'folder',
	'other-use': 'folder',
};

export class SettingsState {
	view: SetUpView | null = $state(null);
	/** What the practice has not approved as it stands now. */
	addresses: AddressRow[] = $state([]);
	/** Services to phone before anything is sent to them, since the directory is too old. */
	toPhone: PhoneCheckRow[] = $state([]);
	/** The form that was handed in last, the problems that it has, and what came of it. */
	form = $state('');
	problems: readonly FormProblem[] = $state([]);
	said = $state('');
	/** A form that waits for its answer. */
	busy = $state('');
	/** What a refresh of the directory that is waited for is doing, in words. */
	step = $state('');
	test: MailboxTest | null = $state(null);

	constructor(private readonly onward: OnwardState) {}

	get staff(): StaffMember[] {
		return this.view?.staff ?? [];
	}

	/** Those that nobody has looked at yet. */
	get waiting(): AddressRow[] {
		return this.addresses.filter(({ proposedBy }) => proposedBy === null);
	}

	/** Those that one person has looked at. */
	get proposed(): AddressRow[] {
		return this.addresses.filter(({ proposedBy }) => proposedBy !== null);
	}

	problemOf(id: string): string | null {
		return this.problems.find((problem) => problem.id === id)?.words ?? null;
	}

	async read(): Promise<void> {
		await this.onward.quietly(async () => {
			const { backend } = this.onward;
			this.view = await backend.setUpState();
			// Before there is a directory, and before somebody is signed in, nothing waits.
			const signedIn = this.onward.people.session?.signedIn !== null;
			const there = this.view.directory !== null && signedIn;
			this.addresses = there ? await backend.addressesToApprove() : [];
			this.toPhone = there && this.onward.people.session?.mayKeepDirectory ? await backend.phoneChecksNeeded() : [];
		});
	}

	/** What a form refuses by itself, before Rust is asked. */
	async refuse(form: string, problems: readonly FormProblem[]): Promise<void> {
		this.form = form;
		this.said = '';
		this.problems = problems;
		await tick();
		document.getElementById(`${form}-problems`)?.focus();
	}

	/** Hands a form in: what Rust refuses stands in its summary, which takes the focus; else the view is read anew. */
	async hand(form: string, act: () => Promise<unknown>, said = ''): Promise<boolean> {
		if (this.busy !== '') return false;
		this.onward.trouble = null;
		this.busy = form;
		this.form = form;
		this.problems = [];
		this.said = '';
		this.step = '';
		try {
			await act();
		} catch (error) {
			this.busy = this.step = '';
			await this.failed(form, error);
			return false;
		}
		this.busy = this.step = '';
		this.said = said;
		this.onward.news = said;
		await this.onward.readFrame();
		await this.read();
		return true;
	}

	/** One that comes after the answer is late news. */
	doing(step: RefreshStep): void {
		if (this.busy !== '') this.step = refreshStepWords(step);
	}

	/** What Rust refused of a form. */
	async failed(form: string, error: unknown): Promise<void> {
		if (!this.onward.people.asked(error)) await this.refuse(form, problemsOf(form, asWindowError(error)));
	}

	clear(): void {
		this.view = null;
		this.addresses = [];
		this.toPhone = [];
		this.quiet();
	}

	/** Another form is opened: what was said of the one before is done with. */
	quiet(): void {
		this.form = '';
		this.problems = [];
		this.said = '';
		this.test = null;
	}
}

function problemsOf(form: string, error: WindowError): FormProblem[] {
	if (error.problems.length > 0)
		return error.problems.map(({ field, code, detail }) => ({
			id: `${form}-${field}`,
			words: settingProblemWords(field, code, detail),
		}));
	const field = FIELD_OF[error.code];
	return [{ id: field === undefined ? null : `${form}-${field}`, words: errorWords(error.code, error.detail) }];
}
