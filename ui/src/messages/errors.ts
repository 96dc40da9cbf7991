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
	'service-left': 'That service is not in the directory any more. Choose another.',
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
	'pin-of-the-other':
		'One of the two chose the other’s PIN, so they do not count as two people. Choose somebody else, phone the service instead, or let them choose a PIN of their own under Practice, People.',
	'last-keeper': 'A practice admin or manager with a PIN has to be on the staff list: add one first.',
	'no-such-person': 'That person is not on the staff list any more. Look again.',
	'no-such-address': 'An address has changed meanwhile. Look at it again.',
	directory: 'The directory file cannot be used. Ask whoever sent it for another.',
	'feed-address':
		'That is not the address of a published directory. It begins with https:// and is typed as the curators gave it.',
	'feed-fingerprint': 'A fingerprint is 64 digits 0 to 9 and a to f. Compare it with what the curators gave.',
	'feed-other-root':
		'The directory at this address is not the one with that fingerprint, so it is not used. Ask the curators to read the fingerprint out again.',
	'feed-not-enrolled': 'The practice follows no published directory yet. Give its address and fingerprint first.',
	'feed-busy': 'The directory is being refreshed already. Wait a minute.',
	'feed-nothing-held': 'What waited for a yes or no is not the same any more. Look again.',
	'feed-no-connection':
		'The directory’s server could not be reached, so the directory stays as it is. Look whether there is a connection.',
	'feed-certificate':
		'The server’s certificate is not one that this computer believes, so nothing was taken from it. Ask the curators, and your IT support.',
	'feed-redirected':
		'The server sends elsewhere, where the practice did not choose to go, so nothing was taken. Ask the curators.',
	'feed-server':
		'The directory’s server has a fault of its own, so the directory stays as it is. It is tried again in a few hours.',
	'feed-file-missing': 'A file of the directory is not there, so the directory stays as it is. Tell the curators.',
	'feed-too-long': 'A file of the directory is far too large, so it was not taken. Tell the curators.',
	'feed-too-slow':
		'The directory’s server answers too slowly, so the directory stays as it is. It is tried again in a few hours.',
	'feed-folder': 'There is no published directory in that folder. Check the path.',
	'feed-not-genuine':
		'The directory is not signed as it must be, so it is not used, and the one before stays. Tell the curators by phone.',
	'feed-roles':
		'The keys of the directory are not as they must be, so it is not used, and the one before stays. Tell the curators by phone.',
	'feed-expired': 'The curators have not renewed the directory in time. It can still be searched. Tell them.',
	'feed-older': 'The server gave an older directory than this computer has seen, so it is not used. Tell the curators by phone.',
	'feed-forked':
		'There are two different directories under the same number, so the new one is not used. Tell the curators by phone.',
	'feed-damaged':
		'A file of the directory is damaged or was changed, so it is not used, and the one before stays. Tell the curators.',
	'feed-content': 'The directory has a fault in it, so it is not used, and the one before stays. Tell the curators.',
	'feed-internal': 'The refresh failed on this computer, so the directory stays as it is. Try again.',
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
	'feed-content': (detail) => `${ERROR_CODES['feed-content']} (${detail})`,
	'feed-expired': (detail) => `${ERROR_CODES['feed-expired']} (${detail})`,
	directory: (detail) => `The directory file cannot be used: ${detail}`,
};

export function errorWords(code: string, detail: string | null = null): string {
	const withDetail = detail === null ? undefined : WITH_DETAIL[code];
	if (withDetail !== undefined && detail !== null) return withDetail(detail);
	return ERROR_CODES[code] ?? `${ERROR_UNKNOWN} (${code})`;
}
