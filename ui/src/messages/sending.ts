// Why a send failed or is not certain, or why nothing can be sent just now.
import type { Words } from './words';

/**
 * Why a send failed or is not certain, or why nothing can be sent just now. Some of these happen before the letter leaves and after,
 * so none of them says whether it was sent: the state beside it does.
 */
export const SEND_PROBLEMS: Words = {
	'cannot-connect':
		'The mail server cannot be reached. Referrals wait safely and are tried again; check the network if it lasts.',
	'server-busy': 'The mail server is busy. Referrals wait safely and are tried again.',
	'server-refuses': 'The mail server refuses to take anything from here. Ask the practice admin or IT support.',
	'no-starttls': 'The mail server offers no secure connection, so it is not used. Ask IT support.',
	'plaintext-before-tls':
		'Something on the way meddled with the secure connection, so it is not used. Ask IT support before anybody sends again.',
	'certificate-expired':
		'The mail server’s certificate has run out, so it is not used. Check this computer’s date, then ask IT support.',
	'certificate-wrong-host':
		'The mail server’s certificate belongs to another server, so it is not used. Ask IT support before anybody sends again.',
	'certificate-unknown-issuer':
		'The mail server’s certificate comes from nobody whom this computer trusts, so it is not used. Ask IT support before anybody sends again.',
	certificate: 'The mail server’s certificate is not trusted, so it is not used. Ask IT support before anybody sends again.',
	tls: 'No secure connection to the mail server could be made. It is tried again; ask IT support if it lasts.',
	'sign-in-refused': 'The mail server refused the sign-in. The practice admin needs to check the mailbox’s password.',
	'sender-refused': 'The mail server refused the practice’s own address. The practice admin needs to check the mailbox.',
	'address-refused': 'The mail server refused the service’s address. Phone the service: its address may have changed.',
	'too-large': 'The message is larger than the mail server takes. Shorten it, or refer another way.',
	'content-refused': 'The mail server refused the message. Try again, or refer another way.',
	'asked-to-wait': 'The mail server asked to wait. It is tried again by itself.',
	'connection-lost': 'The connection to the mail server was lost.',
	'no-answer': 'The mail server did not answer in time.',
	garbled: 'The mail server’s answer could not be understood.',
	interrupted: 'Onward or the computer stopped while it was being sent.',
	'cannot-record':
		'Onward could not write to its own records, and sends nothing that it cannot record. See whether the disk is full.',
	'mailbox-not-set': 'No mailbox to send from is set up. Ask the practice admin.',
	'mailbox-unusable': 'The mailbox’s settings cannot be used. The practice admin needs to check them.',
	'restored-from-backup':
		'It was waiting when a backup was made, and the backup has been restored. It may have gone since: phone the service before it is sent.',
	'address-changed': 'The service’s address changed after you chose it, so it is held. Check the new address by phone.',
	'do-not-refer':
		'Somebody in the practice has said since not to refer there, so it is held. Open the service’s card to see who and why.',
	'address-not-approved': 'The practice has not approved this address, so it is held.',
	'service-not-open':
		'The service has closed or paused since it was queued, so it is held. Open the service’s card to see why and what takes its place, or refer another way.',
	'address-revoked':
		'The curators of the directory have stopped this address, so it is held. Phone the service, or refer another way.',
	'directory-too-old':
		'The directory has not been renewed for over two weeks past its end, so it is held until the practice admin has phoned the service.',
	'waited-over-a-day': 'It waited for over a day, so it is held. Confirm that it should still go.',
	'too-many-tries': 'It was tried for too long. Try again, or refer another way.',
	damaged: 'The message kept for sending is not as it was written, so it is held. Refer again, or another way.',
};
