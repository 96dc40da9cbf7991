// Recorded answers about people, set-up and the practice, with just enough state to follow a set-up, a PIN and an approval.
import type { PracticeBackend } from './practice';
import addressesToApprove from './recorded/addresses_to_approve.json';
import auditTrail from './recorded/audit_trail.json';
import backups from './recorded/backups.json';
import phoneChecksNeeded from './recorded/phone_checks_needed.json';
import decideHeldChanges from './recorded/decide_held_changes.json';
import enrolDirectory from './recorded/enrol_directory.json';
import exportPatient from './recorded/export_patient.json';
import finishSetUp from './recorded/finish_set_up.json';
import makeRecords from './recorded/make_records.json';
import publishedDirectory from './recorded/published_directory.json';
import refreshDirectory from './recorded/refresh_directory.json';
import retention from './recorded/retention.json';
import setUpState from './recorded/set_up_state.json';
import signIn from './recorded/sign_in.json';
import signOut from './recorded/sign_out.json';
import testMailbox from './recorded/test_mailbox.json';
import windowState from './recorded/window_state.json';
import type {
	AddressRow,
	AddressShown,
	AuditView,
	BackupsView,
	ExportView,
	LeftView,
	MailboxForm,
	MailboxTest,
	PhoneCheckRow,
	PracticeForm,
	Problem,
	PublishedDirectory,
	RecoveryKeyView,
	RetentionView,
	Role,
	SetUpStep,
	SetUpView,
	StaffForm,
	StaffMember,
	WindowError,
	WindowState,
} from './types';

/** JSON imports widen unions to strings; a Rust test compares the recordings with the real answers. */
export const as = <T>(value: unknown): T => structuredClone(value) as T;

export function refuse(code: string, problems: Problem[] = [], detail: string | null = null, left?: LeftView): never {
	const error: WindowError = { code, detail, problems, ...(left && { left }) };
	// The window is given plain objects by Rust, not instances of Error.
	throw error;
}

export const missing = (field: string): Problem => ({ field, code: 'missing', detail: null });

/** The PIN of everybody in the recordings. */
export const REPLAY_PIN = '2580';

function rightsOf(role: Role): Partial<WindowState['session']> {
	const keeps = role !== 'clinician';
	const manager = role === 'manager';
	return {
		mayRefer: !manager,
		mayFollowUp: !manager,
		mayKeepDirectory: keeps,
		maySetUp: keeps,
		mayReadAuditTrail: manager,
		mayKeepRecords: manager,
	};
}

const without = (rows: readonly AddressRow[], ids: readonly string[]) =>
	rows.filter(({ endpointId }) => !ids.includes(endpointId));
const idsOf = (shown: readonly AddressShown[]) => shown.map(({ endpointId }) => endpointId);

/** What a form lacks, in outline; the real rules are in Rust. */
function needs(fields: Record<string, string>): void {
	const empty = Object.entries(fields).filter(([, value]) => value === '');
	const problems = empty.map(([field]) => missing(field));
	if (problems.length > 0) refuse('incomplete', problems);
}

function checkNewPin(pin: string): void {
	if (!/^\d{4,12}$/.test(pin) || /^(\d)\1+$/.test(pin) || '0123456789'.includes(pin)) refuse('pin-weak');
}

export class PracticeReplay implements PracticeBackend {
	protected frame: WindowState;
	private readonly practice: SetUpView;
	private waiting: AddressRow[];
	/** The directory is too old to be believed. */
	tooOld = false;
	private toPhone: PhoneCheckRow[] = as(phoneChecksNeeded.answer);
	private published: PublishedDirectory | null = as(publishedDirectory.answer);
	private tries = 5;
	private peopleMade = 0;

	constructor(mode: WindowState['mode']) {
		const demonstration = mode === 'demonstration';
		const frame = as<WindowState>(demonstration ? windowState.answer : signOut.answer);
		this.frame = { ...frame, mode, trouble: mode === 'recover' ? 'key-missing' : null };
		this.practice = as(setUpState[mode === 'setUp' ? 0 : 1]?.answer);
		this.waiting = as(addressesToApprove.answer);
		if (mode === 'setUp') {
			this.frame.staff = [];
			this.frame.session.asksPin = false;
		}
	}

	async signIn(staffId: string, pin: string): Promise<WindowState> {
		this.checkPin(pin);
		const person = this.frame.staff.find(({ id }) => id === staffId) ?? refuse('no-such-person');
		return this.enter(person);
	}

	private enter(person: StaffMember): WindowState {
		const { session } = as<WindowState>(signIn.answer);
		this.frame = { ...this.frame, session: { ...session, signedIn: person, ...rightsOf(person.role) } };
		return as(this.frame);
	}

	async signOut(): Promise<WindowState> {
		this.frame = { ...this.frame, session: as<WindowState>(signOut.answer).session };
		return as(this.frame);
	}

	async veil(): Promise<WindowState> {
		this.frame.session.veiled = this.frame.session.asksPin;
		return as(this.frame);
	}

	async touched(): Promise<void> {
		// Nothing counts the time here.
	}

	async addStaff(form: StaffForm, pin: string): Promise<StaffMember[]> {
		needs({ name: form.name, job: form.job });
		checkNewPin(pin);
		const first = !this.frame.session.asksPin;
		if (first && form.role === 'clinician') refuse('last-keeper');
		this.peopleMade += 1;
		const person = { ...form, id: `new-${this.peopleMade}`, hasPin: true };
		if (first && this.frame.mode !== 'demonstration') this.enter(person);
		this.done('people');
		return this.people([...this.practice.staff, person]);
	}

	async changeStaff(staffId: string, form: StaffForm): Promise<StaffMember[]> {
		needs({ name: form.name, job: form.job });
		return this.people(this.practice.staff.map((person) => (person.id === staffId ? { ...person, ...form } : person)));
	}

	async setPin(staffId: string, pin: string): Promise<StaffMember[]> {
		checkNewPin(pin);
		return this.people(this.practice.staff.map((person) => (person.id === staffId ? { ...person, hasPin: true } : person)));
	}

	async staffLeft(staffId: string): Promise<StaffMember[]> {
		const staff = this.practice.staff.filter(({ id }) => id !== staffId);
		if (!staff.some(({ role }) => role !== 'clinician')) refuse('last-keeper');
		return this.people(staff);
	}

	async setUpState(): Promise<SetUpView> {
		return as(this.practice);
	}

	async makeRecords(): Promise<RecoveryKeyView> {
		return as(makeRecords.answer);
	}

	async recoveryKeyWritten(lastGroup: string): Promise<SetUpView> {
		if (lastGroup.toUpperCase() !== makeRecords.answer.printed.slice(-4)) refuse('wrong-key');
		return this.done('records');
	}

	async savePractice(practice: PracticeForm): Promise<SetUpView> {
		needs({ ...practice });
		this.practice.practice = practice;
		return this.done('practice');
	}

	async saveMailbox(mailbox: MailboxForm): Promise<SetUpView> {
		const { host, username, fromAddress } = mailbox;
		needs({ host, username, fromAddress, password: this.practice.mailbox === null ? mailbox.password : 'kept' });
		this.practice.mailbox = { ...mailbox, password: '' };
		return this.done('mailbox');
	}

	async testMailbox(): Promise<MailboxTest> {
		return as(testMailbox.answer);
	}

	async loadDirectory(text: string): Promise<SetUpView> {
		if (!text.startsWith('{')) refuse('directory', [], 'line 1: it is no record of a service');
		this.practice.directory = as<SetUpView>(setUpState[1]?.answer).directory;
		return this.done('directory');
	}

	async publishedDirectory(): Promise<PublishedDirectory | null> {
		return as(this.published);
	}

	async enrolDirectory(source: string, fingerprint: string, folder: string): Promise<PublishedDirectory | null> {
		if (!source.startsWith('https://')) refuse('feed-address');
		if (fingerprint.replace(/[^0-9a-f]/gi, '').length !== 64) refuse('feed-fingerprint');
		if (folder !== '') refuse('feed-folder');
		this.published = as<PublishedDirectory>(enrolDirectory.answer);
		return as(this.published);
	}

	async refreshDirectory(folder: string): Promise<PublishedDirectory | null> {
		if (folder !== '') refuse('feed-folder');
		this.published = as<PublishedDirectory>(refreshDirectory.answer);
		return as(this.published);
	}

	async decideHeldChanges(publication: string, accept: boolean): Promise<PublishedDirectory | null> {
		if (this.published?.held?.publication !== publication) refuse('feed-nothing-held');
		this.published = as<PublishedDirectory>((accept ? enrolDirectory : decideHeldChanges).answer);
		return as(this.published);
	}

	async finishSetUp(): Promise<WindowState> {
		const { staff, session } = this.frame;
		this.frame = { ...as<WindowState>(finishSetUp.answer), staff, session, referrerId: session.signedIn?.id ?? '' };
		return as(this.frame);
	}

	async recover(recoveryKey: string): Promise<WindowState> {
		const letters = (key: string) => key.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
		if (letters(recoveryKey) !== letters(makeRecords.answer.printed)) refuse('wrong-key');
		this.frame = as(signOut.answer);
		return as(this.frame);
	}

	async restoreBackup(folder: string, recoveryKey: string): Promise<WindowState> {
		if (folder === '') refuse('records-missing');
		return this.recover(recoveryKey);
	}

	async addressesToApprove(): Promise<AddressRow[]> {
		return as(this.waiting);
	}

	async proposeAddresses(addresses: AddressShown[]): Promise<AddressRow[]> {
		const proposedBy = this.frame.session.signedIn?.name ?? null;
		const ids = idsOf(addresses);
		return this.left(
			this.waiting.map((row) => (ids.includes(row.endpointId) ? { ...row, proposedBy, proposedByMe: true } : row)),
		);
	}

	async approveAddresses(addresses: AddressShown[], staffId: string, pin: string): Promise<AddressRow[]> {
		const ids = idsOf(addresses);
		const second = this.frame.staff.find(({ id }) => id === staffId)?.name;
		if (this.waiting.some(({ endpointId, proposedBy }) => ids.includes(endpointId) && proposedBy === second))
			refuse('same-person');
		this.checkPin(pin);
		return this.left(without(this.waiting, ids));
	}

	async phoneChecked(address: AddressShown, number: string, whoAnswered: string): Promise<AddressRow[]> {
		needs({ number, whoAnswered });
		return this.left(without(this.waiting, idsOf([address])));
	}

	/** The recording is of a directory that is too old; most tests have a young one. */
	async phoneChecksNeeded(): Promise<PhoneCheckRow[]> {
		return this.tooOld ? as(this.toPhone) : [];
	}

	async servicePhoned(address: AddressShown, number: string, whoAnswered: string): Promise<PhoneCheckRow[]> {
		needs({ number, whoAnswered });
		this.toPhone = this.toPhone.filter(({ endpointId }) => endpointId !== address.endpointId);
		return as(this.toPhone);
	}

	async refuseAddress(endpointId: string): Promise<AddressRow[]> {
		return this.left(
			this.waiting.map((row) => (row.endpointId === endpointId ? { ...row, proposedBy: null, proposedByMe: false } : row)),
		);
	}

	async backups(): Promise<BackupsView> {
		return as(backups.answer);
	}

	async setBackupFolder(folder: string): Promise<BackupsView> {
		return { ...as<BackupsView>(backups.answer), folder: folder === '' ? null : folder };
	}

	async backUpTo(folder: string): Promise<BackupsView> {
		if (folder === '') refuse('file');
		return as(backups.answer);
	}

	async auditTrail(before: number | null): Promise<AuditView> {
		const recorded = as<AuditView>(auditTrail.answer);
		if (before === null) return recorded;
		// What stood before: as many rows, down to the first.
		const rows = recorded.rows.map((row, index) => ({ ...row, seq: recorded.rows.length - index }));
		return { ...recorded, rows };
	}

	async retention(): Promise<RetentionView> {
		return as(retention.answer);
	}

	async setRetention(days: number): Promise<RetentionView> {
		const view = as<RetentionView>(retention.answer);
		if (days < view.shortestDays || days > view.longestDays)
			refuse('incomplete', [{ field: 'days', code: 'not-valid', detail: null }]);
		return { ...view, days };
	}

	async exportPatient(nhsNumber: string, folder: string): Promise<ExportView> {
		if (nhsNumber === '' || folder === '')
			refuse('incomplete', [{ field: nhsNumber === '' ? 'nhsNumber' : 'folder', code: 'not-valid', detail: null }]);
		return { ...as<ExportView>(exportPatient.answer), folder };
	}

	private checkPin(pin: string): void {
		if (this.tries <= 0) refuse('pin-wait', [], '30');
		if (pin === REPLAY_PIN) this.tries = 5;
		else refuse('wrong-pin', [], String((this.tries -= 1)));
	}

	private done(step: SetUpStep): SetUpView {
		const { practice } = this;
		practice.steps = practice.steps.map((one) => (one.step === step ? { ...one, done: true } : one));
		practice.next = practice.steps.find(({ done }) => !done)?.step ?? null;
		return as(practice);
	}

	private people(staff: StaffMember[]): StaffMember[] {
		this.practice.staff = this.frame.staff = staff;
		return as(staff);
	}

	private left(waiting: AddressRow[]): AddressRow[] {
		this.waiting = waiting;
		if (waiting.length === 0) this.done('addresses');
		return as(waiting);
	}
}
