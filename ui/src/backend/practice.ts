// What the window can ask of the engine about people, set-up and the practice itself.
import type {
	AddressesView,
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
	SetUpView,
	StaffChange,
} from './coming';

export interface PracticeBackend {
	/** Rejects with "wrong-pin" (detail: tries left) or "pin-wait" (detail: seconds to wait). */
	signIn(staffId: string, pin: string): Promise<WindowState>;
	signOut(): Promise<WindowState>;
	/** Nobody has touched the window for long: what was seen before asks for the PIN, as "pin-needed". */
	veil(): Promise<WindowState>;

	setUpState(): Promise<SetUpView>;
	/** The recovery key is in no other answer. */
	makeRecords(): Promise<RecordsMade>;
	/** Rejects with "wrong-key". */
	recoveryKeyWritten(lastGroup: string): Promise<SetUpView>;
	recover(recoveryKey: string): Promise<WindowState>;
	restoreBackup(folder: string, recoveryKey: string): Promise<WindowState>;
	/** Rejects with "field" and the problems, as the other forms do. */
	savePractice(details: PracticeDetails): Promise<SetUpView>;
	/** The first one is signed in by it. Rejects with "pin-weak". */
	addStaff(person: NewStaff): Promise<SetUpView>;
	changeStaff(staffId: string, change: StaffChange): Promise<SetUpView>;
	setPin(staffId: string, pin: string): Promise<SetUpView>;
	staffLeft(staffId: string): Promise<SetUpView>;
	saveMailbox(settings: MailboxSettings): Promise<SetUpView>;
	/** A message without a patient, to the mailbox itself. */
	testMailbox(): Promise<MailboxTest>;
	/** Rejects with "directory" and the line in the detail. */
	loadDirectory(text: string): Promise<SetUpView>;
	finishSetUp(): Promise<WindowState>;

	proposeAddresses(endpointIds: string[]): Promise<AddressesView>;
	/** A second person agrees by their PIN. Rejects with "same-person". */
	approveAddresses(endpointIds: string[], staffId: string, pin: string): Promise<AddressesView>;
	phoneChecked(endpointId: string, check: PhoneCheck): Promise<AddressesView>;
	refuseAddress(endpointId: string): Promise<AddressesView>;

	backups(): Promise<BackupsView>;
	backUpNow(): Promise<BackupsView>;
	/** The newest without a number; those before it with one. */
	auditTrail(fromSeq: number | null): Promise<AuditView>;
	exportPatient(nhsNumber: string): Promise<ExportView>;
	retention(): Promise<number>;
	setRetention(days: number): Promise<number>;
}
