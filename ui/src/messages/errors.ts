// What Rust refused or could not do: what happened, and what to do next.
import { pinWaitWords, wrongPinWords } from './people';
import type { Words } from './words';

/** What happened and what to do next. */
export const ERROR_CODES: Words = {
	clipboard:
		'The clipboard could not be written, so nothing was copied. Open the referral, mark the text for the record and press Ctrl+C.',
	incomplete: 'Something is still needed before this can be sent.',
	'draft-changed': 'What stands on the screen could not be saved, so nothing was sent. Look it over, then send again.',
	'not-a-test-patient':
		'A demonstration takes only test patients, whose NHS numbers begin with 999. Nothing of this one was kept.',
	'too-late': 'Too late to undo: it is already being sent. Phone the service, and see in Referrals what can be done.',
	'not-found': 'That is not here any more. Look again in the list.',
	'not-allowed': 'That cannot be done now: its state has changed. Read it again, then choose.',
	'not-a-day-ahead': 'Give a day from tomorrow on, within two years, like 19-Jan-2027.',
	'words-missing': 'Say it in words, so that whoever reads it next can act.',
	'words-too-long': 'That is too long: 2,000 characters at most. Shorten it.',
	'nothing-changed': 'The entry says that already. Say what it should say instead.',
	'too-large': 'That is too much text for one patient. Paste the patient’s banner or one letter.',
	empty: 'There was no text to read. Copy the patient’s details in the clinical system, then paste again.',
	unreadable: 'No patient could be read from that text. Type the details instead.',
	'directory-missing': 'There is no directory of services on this computer yet. Ask the practice admin.',
	'directory-changed': 'The directory has changed meanwhile. Choose the service again.',
	'practice-not-set': 'The practice’s details and staff are not set up yet. Ask the practice admin.',
	'mailbox-not-set': 'No mailbox to send from is set up, so this is not queued. Ask the practice admin.',
	letter:
		'The letter could not be made from this, so it is not queued. What you typed is still here: shorten it, then try again.',
	store:
		'The practice’s data could not be read or written. What you typed is still here: see whether the disk is full, close other copies of Onward, and try again.',
	'keychain-unavailable': 'The computer’s keychain cannot be opened. Sign in again, or ask your IT support.',
	'sign-in-needed': 'Nobody is signed in. Sign in first.',
	'pin-needed': 'Enter your PIN to go on.',
	'wrong-pin': 'That is not the PIN.',
	'pin-wait': 'Too many wrong PINs. Wait, then try again.',
	'pin-weak': 'Choose another PIN: 4 to 12 digits, not all the same, and not a run such as 1234.',
	'not-your-role': 'Your role does not allow that. Ask the practice admin or manager.',
	'same-person': 'Whoever proposed an address cannot approve it, too. Choose somebody else.',
	'last-keeper': 'A practice admin or manager with a PIN has to be on the staff list: add one first.',
	'no-such-person': 'That person is not on the staff list any more. Look again.',
	'no-such-address': 'An address has changed meanwhile. Look at it again.',
	directory: 'The directory file cannot be used. Ask whoever sent it for another.',
	'wrong-key': 'That is not the recovery key of these records. Compare it with the paper.',
	'key-missing': 'The key of the records is not in this computer’s keychain. The recovery key, on paper, opens them.',
	'records-damaged':
		'The records, or this backup of them, are damaged. Restore another backup, and ask your IT support to look at the disk.',
	'records-missing': 'There are no records of Onward in that folder. Check the path.',
	'key-file-damaged': 'The file of the records’ key is damaged. Restore a backup, and ask your IT support to look at the disk.',
	'not-a-backup': 'There is no backup of Onward in that folder. Check the path.',
	'other-use': 'That belongs to the demonstration, or is real where this is the demonstration. The two are never mixed.',
	file: 'A file could not be read or written. Check the path, and whether its disk is there and has room.',
	'more-than-one-person': 'There is more than one person of that number here. Ask whoever keeps Onward for you.',
	'records-there': 'There are records on this computer already. They are not overwritten.',
	internal: 'Something went wrong inside Onward. What you typed is still here: try again, and restart if it goes on.',
};

export const ERROR_UNKNOWN = 'Something went wrong. What you typed is still here: try again, and restart Onward if it goes on.';

/** Where the detail says more than the code alone. */
const WITH_DETAIL: Readonly<Record<string, (detail: string) => string>> = {
	'wrong-pin': (triesLeft) => wrongPinWords(Number(triesLeft)),
	'pin-wait': (seconds) => pinWaitWords(Number(seconds)),
	file: (detail) => `${detail}: ${ERROR_CODES.file}`,
	directory: (detail) => `The directory file cannot be used: ${detail}`,
};

export function errorWords(code: string, detail: string | null = null): string {
	const withDetail = detail === null ? undefined : WITH_DETAIL[code];
	if (withDetail !== undefined && detail !== null) return withDetail(detail);
	return ERROR_CODES[code] ?? `${ERROR_UNKNOWN} (${code})`;
}
