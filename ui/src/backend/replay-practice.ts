// Recorded answers about people, set-up and the practice, with just enough state to follow a set-up, a PIN and an approval.
import type {
	AddressesView,
	AddressRow,
	AuditView,
	BackupsView,
	ComingState as WindowState,
	ExportView,
	MailboxSettings,
	MailboxTest,
	NewStaff,
	PhoneCheck,
	PracticeDetails,
	RecordsMade,
	Role,
	SetUpView,
	StaffChange,
	StepName,
} from './coming';
import type { PracticeBackend } from './practice';
import auditTrail from './recorded/audit_trail.json';
import backups from './recorded/backups.json';
import backUpNow from './recorded/back_up_now.json';
import exportPatient from './recorded/export_patient.json';
import finishSetUp from './recorded/finish_set_up.json';
import makeRecords from './recorded/make_records.json';
import retention from './recorded/retention.json';
import setUpState from './recorded/set_up_state.json';
import signIn from './recorded/sign_in.json';
import signOut from './recorded/sign_out.json';
import testMailbox from './recorded/test_mailbox.json';
import windowState from './recorded/window_state.json';
import type { Problem, WindowError } from './types';

/** JSON imports widen unions to strings; a Rust test compares the recordings with the real answers. */
export const as = <T>(value: unknown): T => structuredClone(value) as T;

export function refuse(code: string, problems: Problem[] = [], detail: string | null = null): never {
	const error: WindowError = { code, detail, problems };
	// The window is given plain objects by Rust, not instances of Error.
	throw error;
}

export const missing = (field: string): Problem => ({ field, code: 'missing', detail: null });

/** The PIN of everybody in the recordings. */
export const REPLAY_PIN = '2580';
const ORDER: readonly StepName[] = ['records', 'practice', 'people', 'mailbox', 'directory', 'addresses'];

function rightsOf(role: Role): Partial<WindowState['session']> {
	const keeps = role !== 'clinician';
	const manager = role === 'manager';
	return {
		mayRefer: !manager,
		mayFollowUp: !manager,
		mayKeepDirectory: keeps,
		maySetUp: keeps,
		mayAudit: manager,
		mayKeepRecords: manager,
	};
}

export class PracticeReplay implements PracticeBackend {
	protected frame: WindowState;
	protected practice: SetUpView;
	private tries = 5;
	private made = 0;

	constructor(mode: WindowState['mode']) {
		const fresh = mode === 'setUp';
		const frame = as<WindowState>(mode === 'real' ? signOut.answer : windowState.answer);
		const recoverCode = mode === 'recover' ? 'key-missing' : null;
		this.frame = { ...frame, mode, recoverCode, newestBackup: mode === 'recover' ? '2026-11-21T02:00:00Z' : null };
		this.practice = as(setUpState[fresh ? 0 : 1]?.answer);
		if (fresh) this.frame.session.signedIn = null;
	}

	async signIn(staffId: string, pin: string): Promise<WindowState> {
		this.checkPin(pin);
		const person = this.frame.staff.find(({ id }) => id === staffId) ?? refuse('no-such-person');
		const recorded = as<WindowState>(signIn.answer);
		const { id, name, role } = person;
		const session = { ...recorded.session, signedIn: { id, name, role }, ...rightsOf(role) };
		this.frame = { ...this.frame, session };
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

	async setUpState(): Promise<SetUpView> {
		return as(this.practice);
	}

	async makeRecords(): Promise<RecordsMade> {
		return as(makeRecords.answer);
	}

	async recoveryKeyWritten(lastGroup: string): Promise<SetUpView> {
		if (lastGroup.toUpperCase() !== makeRecords.answer.recoveryKey.slice(-4)) refuse('wrong-key');
		return this.done('records');
	}

	async recover(recoveryKey: string): Promise<WindowState> {
		const letters = (key: string) => key.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
		if (letters(recoveryKey) !== letters(makeRecords.answer.recoveryKey)) refuse('wrong-key');
		this.frame = { ...as<WindowState>(signOut.answer), mode: 'real' };
		return as(this.frame);
	}

	async restoreBackup(folder: string, recoveryKey: string): Promise<WindowState> {
		if (folder === '') refuse('field', [missing('folder')]);
		return this.recover(recoveryKey);
	}

	async savePractice(details: PracticeDetails): Promise<SetUpView> {
		needs(details);
		this.practice.practice = details;
		return this.done('practice');
	}

	async addStaff({ pin, ...person }: NewStaff): Promise<SetUpView> {
		needs({ name: person.name, job: person.job, pin });
		newPin(pin);
		this.made += 1;
		const id = `new-${this.made}`;
		const staff = [...this.practice.staff, { ...person, id, hasPin: true, left: false }];
		if (this.frame.session.signedIn === null) this.frame.session.signedIn = { id, name: person.name, role: person.role };
		this.people(staff);
		return this.done('people');
	}

	async changeStaff(staffId: string, change: StaffChange): Promise<SetUpView> {
		needs({ name: change.name, job: change.job });
		return this.people(this.practice.staff.map((person) => (person.id === staffId ? { ...person, ...change } : person)));
	}

	async setPin(staffId: string, pin: string): Promise<SetUpView> {
		newPin(pin);
		return this.people(this.practice.staff.map((person) => (person.id === staffId ? { ...person, hasPin: true } : person)));
	}

	async staffLeft(staffId: string): Promise<SetUpView> {
		const staff = this.practice.staff.filter(({ id }) => id !== staffId);
		if (!staff.some(({ role }) => role !== 'clinician')) refuse('last-keeper');
		return this.people(staff);
	}

	async saveMailbox({ password, ...settings }: MailboxSettings): Promise<SetUpView> {
		const hasPassword = password !== '' || (this.practice.mailbox?.hasPassword ?? false);
		needs({ host: settings.host, username: settings.username, fromAddress: settings.fromAddress });
		if (!hasPassword) refuse('field', [missing('password')]);
		this.practice.mailbox = { ...settings, hasPassword };
		return this.done('mailbox');
	}

	async testMailbox(): Promise<MailboxTest> {
		return as(testMailbox.answer);
	}

	async loadDirectory(text: string): Promise<SetUpView> {
		if (!text.startsWith('{')) refuse('directory', [], 'line 1 is no record of a service');
		const full = as<SetUpView>(setUpState[1]?.answer);
		this.practice.directory = full.directory;
		this.practice.addresses = { ...full.addresses, proposed: [] };
		return this.done('directory');
	}

	async finishSetUp(): Promise<WindowState> {
		const { staff } = this.frame;
		const { signedIn } = this.frame.session;
		const recorded = as<WindowState>(finishSetUp.answer);
		const session = { ...recorded.session, signedIn, ...rightsOf(signedIn?.role ?? 'admin') };
		this.frame = { ...recorded, staff, session, referrerId: signedIn?.id ?? '' };
		return as(this.frame);
	}

	async proposeAddresses(endpointIds: string[]): Promise<AddressesView> {
		const [picked, waiting] = parted(this.practice.addresses.waiting, endpointIds);
		const proposedBy = this.frame.session.signedIn?.name ?? null;
		const proposed = [...this.practice.addresses.proposed, ...picked.map((row) => ({ ...row, proposedBy, proposedByMe: true }))];
		return this.addresses({ ...this.practice.addresses, waiting, proposed });
	}

	async approveAddresses(endpointIds: string[], staffId: string, pin: string): Promise<AddressesView> {
		const [picked, proposed] = parted(this.practice.addresses.proposed, endpointIds);
		const second = this.frame.staff.find(({ id }) => id === staffId)?.name;
		if (picked.some(({ proposedBy }) => proposedBy === second)) refuse('same-person');
		this.checkPin(pin);
		const approvedCount = this.practice.addresses.approvedCount + picked.length;
		return this.addresses({ ...this.practice.addresses, proposed, approvedCount });
	}

	async phoneChecked(endpointId: string, check: PhoneCheck): Promise<AddressesView> {
		needs({ ...check });
		const approvedCount = this.practice.addresses.approvedCount + 1;
		return this.addresses({ ...this.without(endpointId), approvedCount });
	}

	async refuseAddress(endpointId: string): Promise<AddressesView> {
		return this.addresses(this.without(endpointId));
	}

	async backups(): Promise<BackupsView> {
		return as(backups.answer);
	}

	async backUpNow(): Promise<BackupsView> {
		return as(backUpNow.answer);
	}

	async auditTrail(fromSeq: number | null): Promise<AuditView> {
		const recorded = as<AuditView>(auditTrail.answer);
		if (fromSeq === null) return recorded;
		const rows = recorded.rows.map((row) => ({ ...row, seq: row.seq - recorded.rows.length }));
		return { ...recorded, rows, more: false };
	}

	async exportPatient(nhsNumber: string): Promise<ExportView> {
		if (nhsNumber === '') refuse('field', [missing('nhsNumber')]);
		return as(exportPatient.answer);
	}

	async retention(): Promise<number> {
		return retention.answer;
	}

	async setRetention(days: number): Promise<number> {
		return days;
	}

	private checkPin(pin: string): void {
		if (this.tries <= 0) refuse('pin-wait', [], '30');
		if (pin === REPLAY_PIN) this.tries = 5;
		else refuse('wrong-pin', [], String((this.tries -= 1)));
	}

	/** A step is done: all that stood behind it may be next, but the addresses wait for the directory. */
	private done(step: StepName): SetUpView {
		for (const one of this.practice.steps) if (one.step === step) one.state = 'done';
		const began = this.practice.steps[0]?.state === 'done';
		for (const one of this.practice.steps) {
			if (one.state === 'done') continue;
			const ready = began && (one.step !== 'addresses' || this.practice.directory !== null);
			one.state = ready ? 'next' : 'later';
		}
		this.practice.steps.sort((a, b) => ORDER.indexOf(a.step) - ORDER.indexOf(b.step));
		return as(this.practice);
	}

	private people(staff: SetUpView['staff']): SetUpView {
		this.practice.staff = staff;
		this.frame.staff = staff;
		return as(this.practice);
	}

	private addresses(addresses: AddressesView): AddressesView {
		this.practice.addresses = addresses;
		if (addresses.waiting.length + addresses.proposed.length === 0) this.done('addresses');
		return as(addresses);
	}

	private without(endpointId: string): AddressesView {
		const { waiting, proposed, approvedCount } = this.practice.addresses;
		return { waiting: parted(waiting, [endpointId])[1], proposed: parted(proposed, [endpointId])[1], approvedCount };
	}
}

function parted(rows: readonly AddressRow[], ids: readonly string[]): [AddressRow[], AddressRow[]] {
	return [rows.filter(({ endpointId }) => ids.includes(endpointId)), rows.filter(({ endpointId }) => !ids.includes(endpointId))];
}

function needs(fields: Record<string, unknown>): void {
	const empty = Object.entries(fields).filter(([, value]) => value === '');
	if (empty.length > 0)
		refuse(
			'field',
			empty.map(([field]) => missing(field)),
		);
}

function newPin(pin: string): void {
	if (!/^\d{4,12}$/.test(pin) || /^(\d)\1+$/.test(pin) || '0123456789'.includes(pin)) refuse('pin-weak');
}
