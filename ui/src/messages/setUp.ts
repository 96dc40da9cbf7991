// Set-up: its steps, the recovery key, and what is asked when the records are here and their key is not.
import type { AddressWarning, MailSecurity, SetUpStep } from '../backend/types';
import type { Words } from './words';

export const SET_UP = {
	heading: 'Set up Onward on this computer',
	intro: 'Six steps, about 20 minutes. You can stop at any time: what is done stays done.',
	steps: 'Steps',
	demonstrationSummary: 'Only looking? Try it with made-up services',
	demonstrationText: 'Close this window and start the demonstration, which keeps apart from all of this:',
	demonstration: 'onward --demonstration',
	problems: 'There is a problem',
	save: 'Save and go on',
	justSave: 'Save',
	step: 'Step',
	signIn: 'Sign in to go on with the set-up',
	next: 'Go on',
	finish: 'Finish the set-up',
	finishText: 'Everything that Onward needs is there.',
	finishWaiting: 'Services whose address waits for a second person can be looked at, and not sent to, until it is approved.',
	notYet: 'Onward can be used once every step above is done. Addresses may follow later.',
} as const;

export const STEPS: Readonly<Record<SetUpStep, string>> = {
	records: 'Records and recovery key',
	practice: 'Practice',
	people: 'People',
	mailbox: 'Mailbox',
	directory: 'Directory',
	addresses: 'Addresses',
};

export const STEP_STATES = { done: 'Done', open: 'To do', later: 'Later' } as const;

export const RECORDS = {
	text: 'Onward keeps the practice’s records encrypted on this computer. Their key lies in this computer’s keychain, and once on paper: the recovery key, for the day when this computer breaks.',
	make: 'Make the records',
	done: 'The records are made, and somebody has the recovery key on paper.',
	keyHeading: 'The recovery key',
	keyText: 'It is shown only now. Print it, or write it down, and check the last group.',
	print: 'Print it',
	lastGroup: 'Last group of the key, from the paper',
	lastGroupHint: 'The last 4 letters and digits',
	onPaper: 'It is on paper',
	elsewhere: 'Bring the records here from another computer',
	elsewhereText:
		'The folder of a backup, and the recovery key on paper, bring everything here. Onward on the other computer must not be used again.',
} as const;

/** The page that is printed; nothing else of the window is. */
export const KEY_PAGE = {
	heading: 'Onward: recovery key',
	text: [
		'With this key and a backup, or the files of the computer, the practice’s records can be opened. Without it they cannot, once the computer has broken.',
		'Keep it in a locked place away from the computer, and show it to nobody who may not read patients’ records.',
	],
	practice: 'Practice',
	date: 'Date',
	kept: 'Kept by, and where',
} as const;

export const RESTORE = {
	folder: 'Folder of the backup',
	folderHint: 'The whole path, as the file manager shows it',
	key: 'Recovery key',
	keyHint: 'Eight groups of four; spaces and dashes do not matter',
	button: 'Restore this backup',
} as const;

export const PRACTICE_FORM = {
	text: 'These stand on every letter.',
	odsCode: 'Practice code (ODS)',
	odsCodeHint: 'Such as A12345',
	name: 'Name of the practice',
	phone: 'Phone',
	phoneHint: 'For services that ring back, such as 01632 960000',
	saved: 'The practice’s details are saved.',
} as const;

export const MAILBOX_FORM = {
	text: 'The practice’s shared mailbox, from which referrals are sent. Ask its Local Administrator for these.',
	nhsmail:
		'With NHSmail: an Application Account, the server that its Local Administrator names (often port 587, STARTTLS), and as “sent from” the account’s own address. NHSmail plans to switch password sign-in off: ask whether yours is still on.',
	host: 'Mail server',
	hostHint: 'Such as mail.example.nhs.uk',
	port: 'Port',
	portHint: '587 for STARTTLS, 465 for TLS',
	security: 'Secure connection',
	username: 'Sign-in name',
	password: 'Password',
	passwordKept: 'Kept. Type one only to change it.',
	fromAddress: 'Sent from (email address)',
	fromName: 'Sent from (name)',
	fromNameHint: 'Such as Moorlands Surgery referrals',
	save: 'Save the mailbox',
	saved: 'The mailbox is saved. Send a test to see whether it works.',
	testHeading: 'Test',
	testText: 'Sends a message without any patient to the mailbox itself.',
	test: 'Send a test',
	testing: 'Testing: this can take a minute',
} as const;

export const SECURITY: Readonly<Record<MailSecurity, string>> = {
	startTls: 'STARTTLS (usual, port 587)',
	implicitTls: 'TLS (port 465)',
};

export const TEST = {
	accepted: 'The mail server took the test message',
	look: 'Look into the mailbox: it should be there.',
	refused: 'It does not work yet',
} as const;

export const DIRECTORY_FORM = {
	text: 'The file with the services of your area, from whoever publishes them.',
	file: 'Directory file',
	fileHint: 'A file that ends in .jsonl',
	load: 'Load it',
	loading: 'Loading',
	loaded: 'The directory is loaded.',
	chooseFirst: 'Choose the file of the directory',
	unreadable: 'That file could not be read. Choose it again.',
} as const;

export function directoryWords(name: string, version: number, count: number): string {
	return `${name}, version ${version}: ${count} services.`;
}

export const ADDRESSES = {
	text: 'Health records go to these addresses, so two people look at each: one proposes, another approves with their PIN. One person alone can ring the service instead.',
	none: 'No address waits: every one is approved.',
	toApprove: 'to approve',
	waiting: 'To look at first',
	waitingText: 'Compare each with what you know of the service. Tick those that are right, and propose them.',
	proposed: 'For a second person',
	proposedText: 'Proposed, and not used yet. Somebody other than who proposed them looks, and approves.',
	all: 'All of them',
	service: 'Service',
	address: 'Address',
	before: 'Approved before',
	now: 'Now',
	by: 'Proposed by',
	propose: 'Propose',
	second: 'Who approves',
	approve: 'Approve',
	phone: 'Checked by phone',
	phoneNumber: 'Number that was rung',
	phoneNumberHint: 'From a source other than this directory',
	whoAnswered: 'Who answered',
	phoneButton: 'They said the address is right',
	refuse: 'Not right',
	refuseConfirm: 'Yes, refuse it',
	refuseText: 'It is no longer proposed, and nothing is sent to it. Tell whoever publishes the directory.',
	noneTicked: 'Tick at least one address',
	noSecond: 'Choose who approves',
	pinHint: 'Of whoever approves, typed in by them',
} as const;

export const PHONE_CHECKS = {
	heading: 'Phone first',
	text: 'The directory could not be refreshed for too long, so an address may have changed. Ask each service whether its address is still right: that opens it for 14 days.',
	noNumber: 'No number in the directory',
	open: 'They were phoned',
} as const;

export function phonedWords(serviceName: string): string {
	return `${serviceName} is open again for 14 days.`;
}

/** Why to look twice at an address. */
export function addressWarningWords({ code, detail }: AddressWarning): string {
	switch (code) {
		case 'looksLike':
			return `Look closely: it is easily read as ${detail}, and is another address.`;
		case 'otherHost':
			return `It is at another host than before (${detail}).`;
		case 'outsideNhs':
			return 'It is outside nhs.net, nhs.uk and gov.uk: ask the service whether its mail is encrypted.';
		case 'mixedScripts':
			return 'The service’s name mixes letters of several alphabets, as a copied name does.';
	}
}

export function waitingWords(count: number): string {
	return count === 1 ? '1 address waits.' : `${count} addresses wait.`;
}

export function agreedWords(count: number): string {
	return count === 1 ? 'The address is approved.' : `${count} addresses are approved now.`;
}

export function refusedWords(serviceName: string): string {
	return `The address of ${serviceName} is not proposed any more: nothing is sent to it.`;
}

export function proposedWords(count: number): string {
	return count === 1
		? '1 address proposed. A second person approves it.'
		: `${count} addresses proposed. A second person approves them.`;
}

/** What is wrong with a field of set-up: the whole sentence. */
export const SETTING_FIELDS: Words = {
	odsCode: PRACTICE_FORM.odsCode,
	name: 'Name',
	phone: PRACTICE_FORM.phone,
	job: 'Job',
	role: 'What they do in Onward',
	pin: 'PIN',
	host: MAILBOX_FORM.host,
	port: MAILBOX_FORM.port,
	security: MAILBOX_FORM.security,
	username: MAILBOX_FORM.username,
	password: MAILBOX_FORM.password,
	fromAddress: MAILBOX_FORM.fromAddress,
	fromName: MAILBOX_FORM.fromName,
	folder: RESTORE.folder,
	recoveryKey: RESTORE.key,
	number: ADDRESSES.phoneNumber,
	whoAnswered: ADDRESSES.whoAnswered,
	nhsNumber: 'NHS number',
	days: 'Days',
};

export const SETTING_PROBLEMS: Words = {
	missing: 'is missing',
	'not-valid': 'is not valid: check it',
	'too-long': 'is too long: shorten it',
	'check-digit': 'does not add up: one digit is wrong',
	placeholder: 'is a placeholder, not a real one',
};

export const SETTING_SENTENCES: Words = {
	'odsCode:not-valid': 'Enter the practice’s code as one letter and 5 digits, such as A12345',
	'phone:not-valid': 'Enter a UK phone number, such as 01632 960000',
	'role:missing': 'Choose what they do in Onward',
	'port:not-valid': 'Enter the port as a number, such as 587',
	'host:not-valid': 'Enter the mail server’s name, such as mail.example.nhs.uk',
	'fromAddress:not-valid': 'Enter the email address that referrals are sent from',
	'pin:missing': 'Enter a PIN',
	'nhsNumber:not-valid': 'Enter the NHS number: 10 digits, and the last one has to fit',
	'folder:not-valid': 'Name a new folder, with its whole path, that is not there yet',
	'days:not-valid': 'Enter a number of days within the limits',
};

export function settingProblemWords(field: string, code: string, detail: string | null): string {
	const sentence = SETTING_SENTENCES[`${field}:${code}`];
	if (sentence !== undefined) return sentence;
	const what = `${SETTING_FIELDS[field] ?? field} ${SETTING_PROBLEMS[code] ?? code.replaceAll('-', ' ')}`;
	return detail === null ? what : `${what} (${detail})`;
}

/** The records are here and cannot be opened. */
export const RECOVER = {
	found: 'The newest backup that is whole is filled in.',
	heading: 'The practice’s records are here, and cannot be opened',
	keyHeading: 'Open them with the recovery key',
	keyText: 'The recovery key is on paper, in a locked place: eight groups of four letters and digits.',
	keyButton: 'Open the records',
	backupHeading: 'Or restore a backup',
	backupText:
		'What was done after the backup is not in it. Referrals that waited to be sent when it was made are held, never sent by themselves.',
} as const;

/** Why they cannot be opened. */
export const RECOVER_CODES: Words = {
	'key-missing': 'Their key is not in this computer’s keychain: a new user account or a new computer does that.',
	'wrong-key': 'The key in this computer’s keychain is not the one of these records.',
	'keychain-unavailable':
		'This computer’s keychain cannot be opened. Sign in to the computer again first; if that does not help, the recovery key opens the records.',
	'records-damaged': 'They are damaged. Restore a backup, and ask your IT support to look at the disk.',
	'records-missing': 'Their file is gone. Restore a backup, and ask your IT support to look at the disk.',
};
