// What the window can ask of the engine about people, set-up and the practice itself.
import type {
	AddressRow,
	AddressShown,
	AuditView,
	BackupsView,
	ExportView,
	MailboxForm,
	MailboxTest,
	PhoneCheckRow,
	PracticeForm,
	PublishedDirectory,
	RecoveryKeyView,
	RetentionView,
	SetUpView,
	StaffForm,
	StaffMember,
	WindowState,
} from './types';

export interface PracticeBackend {
	/** Rejects with "wrong-pin" (detail: tries left) or "pin-wait" (detail: seconds to wait). */
	signIn(staffId: string, pin: string): Promise<WindowState>;
	signOut(): Promise<WindowState>;
	/** Nobody has touched the window for long: what was seen before asks for the PIN, as "pin-needed". */
	veil(): Promise<WindowState>;
	/** A key or a click: the idle time begins again. */
	touched(): Promise<void>;

	/** The first one is signed in by it. Rejects with "incomplete" and the problems, or with "pin-weak". */
	addStaff(person: StaffForm, pin: string): Promise<StaffMember[]>;
	changeStaff(staffId: string, person: StaffForm): Promise<StaffMember[]>;
	setPin(staffId: string, pin: string): Promise<StaffMember[]>;
	staffLeft(staffId: string): Promise<StaffMember[]>;

	setUpState(): Promise<SetUpView>;
	/** The recovery key is in no other answer. */
	makeRecords(): Promise<RecoveryKeyView>;
	/** Rejects with "wrong-key". */
	recoveryKeyWritten(lastGroup: string): Promise<SetUpView>;
	savePractice(practice: PracticeForm): Promise<SetUpView>;
	saveMailbox(mailbox: MailboxForm): Promise<SetUpView>;
	/** A message without a patient, to the mailbox itself. */
	testMailbox(): Promise<MailboxTest>;
	/** Rejects with "directory" and the line in the detail. */
	loadDirectory(text: string): Promise<SetUpView>;
	/** Null before the practice follows a published directory. */
	publishedDirectory(): Promise<PublishedDirectory | null>;
	/** By its address, this time from the folder if one is named. Rejects with "feed-other-root" where the fingerprint is another's, and
	 *  with the other codes of a refresh. */
	enrolDirectory(source: string, fingerprint: string, folder: string): Promise<PublishedDirectory | null>;
	/** From the address, or from the folder that is named; "" for none. */
	refreshDirectory(folder: string): Promise<PublishedDirectory | null>;
	/** A yes or no to the version that is held, as it was shown. */
	decideHeldChanges(publication: string, accept: boolean): Promise<PublishedDirectory | null>;
	finishSetUp(): Promise<WindowState>;
	recover(recoveryKey: string): Promise<WindowState>;
	restoreBackup(folder: string, recoveryKey: string): Promise<WindowState>;

	/** All that this practice has not approved as it stands in the directory now. */
	addressesToApprove(): Promise<AddressRow[]>;
	proposeAddresses(addresses: AddressShown[]): Promise<AddressRow[]>;
	/** A second person agrees by their PIN. Rejects with "same-person". */
	approveAddresses(addresses: AddressShown[], staffId: string, pin: string): Promise<AddressRow[]>;
	/** Empty while the directory is young enough to be believed. */
	phoneChecksNeeded(): Promise<PhoneCheckRow[]>;
	/** Opens the service again for 14 days. */
	servicePhoned(address: AddressShown, number: string, whoAnswered: string): Promise<PhoneCheckRow[]>;
	phoneChecked(address: AddressShown, number: string, whoAnswered: string): Promise<AddressRow[]>;
	refuseAddress(endpointId: string): Promise<AddressRow[]>;

	backups(): Promise<BackupsView>;
	/** A second place for each day's backup; "" for none. */
	setBackupFolder(folder: string): Promise<BackupsView>;
	/** Now, into a folder that is not there yet. */
	backUpTo(folder: string): Promise<BackupsView>;
	/** The newest rows; those before a row with its number. */
	auditTrail(before: number | null): Promise<AuditView>;
	retention(): Promise<RetentionView>;
	setRetention(days: number): Promise<RetentionView>;
	/** Everything about one patient, into a folder that is not there yet. */
	exportPatient(nhsNumber: string, folder: string): Promise<ExportView>;
}
