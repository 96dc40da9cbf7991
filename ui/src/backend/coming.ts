// Types of people, set-up and the practice until views.rs gives them: to be replaced by types.ts.
import type { WindowState } from './types';

export type Role = 'clinician' | 'admin' | 'manager';

export type StaffMember = { id: string; name: string; job: string; role: Role; hasPin: boolean; left: boolean };

export type SignedIn = { id: string; name: string; role: Role };

export type SessionView = {
	signedIn: SignedIn | null;
	veiled: boolean;
	asksPin: boolean;
	mayRefer: boolean;
	mayFollowUp: boolean;
	mayKeepDirectory: boolean;
	maySetUp: boolean;
	mayAudit: boolean;
	mayKeepRecords: boolean;
};

export type NewStaff = { name: string; job: string; role: Role; pin: string };
export type StaffChange = { name: string; job: string; role: Role };
export type PracticeDetails = { odsCode: string; name: string; phone: string };

export type StepName = 'records' | 'practice' | 'people' | 'mailbox' | 'directory' | 'addresses';
export type StepState = 'done' | 'next' | 'later';
export type SetUpStep = { step: StepName; state: StepState; detail: string | null };

export type MailboxSecurity = 'starttls' | 'tls';
export type MailboxSettings = {
	host: string;
	port: number;
	security: MailboxSecurity;
	username: string;
	password: string;
	fromAddress: string;
	fromName: string;
};
export type MailboxView = Omit<MailboxSettings, 'password'> & { hasPassword: boolean };
export type MailboxTest = { outcome: 'arrived' | 'accepted' | 'refused'; problem: string | null; at: string };

export type AddressRow = {
	endpointId: string;
	serviceName: string;
	address: string;
	digest: string;
	before: string | null;
	proposedBy: string | null;
	proposedByMe: boolean;
};
export type AddressesView = { waiting: AddressRow[]; proposed: AddressRow[]; approvedCount: number };
export type PhoneCheck = { number: string; whoAnswered: string };

export type DirectoryView = { name: string; version: number; serviceCount: number };
export type SetUpView = {
	steps: SetUpStep[];
	practice: PracticeDetails | null;
	staff: StaffMember[];
	mailbox: MailboxView | null;
	directory: DirectoryView | null;
	addresses: AddressesView;
};
export type RecordsMade = { recoveryKey: string };

export type BackupsView = { folder: string; lastGoodAt: string | null; problem: string | null; kept: number };
export type AuditRow = { seq: number; at: string; who: string; act: string; subject: string };
export type AuditView = { whole: boolean; tamperedAt: number | null; rows: AuditRow[]; more: boolean };
export type ExportView = { path: string; referrals: number; drafts: number };

export type ComingState = Omit<WindowState, 'mode' | 'staff'> & {
	mode: 'demonstration' | 'real' | 'setUp' | 'recover';
	staff: StaffMember[];
	session: SessionView;
	setUp: { finished: boolean };
	recoverCode: string | null;
	newestBackup: string | null;
};
