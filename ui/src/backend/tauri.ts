// The real backend: each function is one command of Rust. The only file that knows Tauri.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Backend } from './backend';
import type { RefreshStep } from './types';

export const tauri: Backend = {
	windowState: () => invoke('window_state'),
	chooseReferrer: (staffId) => invoke('choose_referrer', { staffId }),

	signIn: (staffId, pin) => invoke('sign_in', { staffId, pin }),
	signOut: () => invoke('sign_out'),
	veil: () => invoke('veil'),
	touched: () => invoke('touched'),

	addStaff: (person, pin) => invoke('add_staff', { person, pin }),
	changeStaff: (staffId, person) => invoke('change_staff', { staffId, person }),
	setPin: (staffId, pin) => invoke('set_pin', { staffId, pin }),
	staffLeft: (staffId) => invoke('staff_left', { staffId }),

	setUpState: () => invoke('set_up_state'),
	makeRecords: () => invoke('make_records'),
	recoveryKeyWritten: (lastGroup) => invoke('recovery_key_written', { lastGroup }),
	savePractice: (practice) => invoke('save_practice', { practice }),
	saveMailbox: (mailbox) => invoke('save_mailbox', { mailbox }),
	testMailbox: () => invoke('test_mailbox'),
	loadDirectory: (text) => invoke('load_directory', { text }),
	publishedDirectory: () => invoke('published_directory'),
	enrolDirectory: (source, fingerprint, folder) => invoke('enrol_directory', { source, fingerprint, folder }),
	refreshDirectory: (folder) => invoke('refresh_directory', { folder }),
	decideHeldChanges: (publication, accept) => invoke('decide_held_changes', { publication, accept }),
	finishSetUp: () => invoke('finish_set_up'),
	recover: (recoveryKey) => invoke('recover', { recoveryKey }),
	restoreBackup: (folder, recoveryKey) => invoke('restore_backup', { folder, recoveryKey }),

	addressesToApprove: () => invoke('addresses_to_approve'),
	proposeAddresses: (addresses) => invoke('propose_addresses', { addresses }),
	approveAddresses: (addresses, staffId, pin) => invoke('approve_addresses', { addresses, staffId, pin }),
	phoneChecksNeeded: () => invoke('phone_checks_needed'),
	servicePhoned: (address, number, whoAnswered) => invoke('service_phoned', { address, number, whoAnswered }),
	phoneChecked: (address, number, whoAnswered) => invoke('phone_checked', { address, number, whoAnswered }),
	refuseAddress: (endpointId) => invoke('refuse_address', { endpointId }),

	backups: () => invoke('backups'),
	setBackupFolder: (folder) => invoke('set_backup_folder', { folder }),
	backUpTo: (folder) => invoke('back_up_to', { folder }),
	auditTrail: (before) => invoke('audit_trail', { before }),
	retention: () => invoke('retention'),
	setRetention: (days) => invoke('set_retention', { days }),
	exportPatient: (nhsNumber, folder) => invoke('export_patient', { nhsNumber, folder }),

	currentDraft: () => invoke('current_draft'),
	drafts: () => invoke('drafts'),
	openDraft: (draftId) => invoke('open_draft', { draftId }),
	clearPatient: (draftId) => invoke('clear_patient', { draftId }),
	pastePatient: (draftId, text) => invoke('paste_patient', { draftId, text }),
	editPatient: (draftId, field, value) => invoke('edit_patient', { draftId, field, value }),
	saveForm: (draftId, form) => invoke('save_form', { draftId, form }),

	search: (draftId, text) => invoke('search', { draftId, text }),
	serviceCard: (draftId, serviceId) => invoke('service_card', { draftId, serviceId }),
	setFavourite: (serviceId, favourite) => invoke('set_favourite', { serviceId, favourite }),

	recordUnmetNeed: (needs) => invoke('record_unmet_need', { needs }),
	unmetNeeds: () => invoke('unmet_needs'),

	queueReferral: (draftId, form) => invoke('queue_referral', { draftId, form }),
	undoReferral: (referralId) => invoke('undo_referral', { referralId }),
	sendNow: (referralId) => invoke('send_now', { referralId }),

	referrals: () => invoke('referrals'),
	referral: (referralId) => invoke('referral', { referralId }),
	copyForRecord: (referralId) => invoke('copy_for_record', { referralId }),
	setFiled: (referralId, filed) => invoke('set_filed', { referralId, filed }),
	tryAgain: (referralId) => invoke('try_again', { referralId }),
	decideUnknown: (referralId, decision) => invoke('decide_unknown', { referralId, decision }),
	withdraw: (referralId, reason) => invoke('withdraw', { referralId, reason }),

	parkReferral: (draftId, form, recallOn, words) => invoke('park_referral', { draftId, form, recallOn, words }),
	declineReferral: (draftId, form, words) => invoke('decline_referral', { draftId, form, words }),
	recallOffer: (referralId) => invoke('recall_offer', { referralId }),
	declineOffer: (referralId, words) => invoke('decline_offer', { referralId, words }),
	recordReply: (referralId, reply, words) => invoke('record_reply', { referralId, reply, words }),
	chase: (referralId, nextOn, words) => invoke('chase', { referralId, nextOn, words }),
	acknowledge: (referralId, words) => invoke('acknowledge', { referralId, words }),
	reportConcern: (words, place) => invoke('report_concern', { words, place }),
	concerns: () => invoke('concerns'),

	addToLayer: (serviceId, kind, words) => invoke('add_to_layer', { serviceId, kind, words }),
	endLayerEntry: (entryId) => invoke('end_layer_entry', { entryId }),
	suggestCorrection: (serviceId, part, proposed, words) => invoke('suggest_correction', { serviceId, part, proposed, words }),
	settleCorrection: (correctionId, settled) => invoke('settle_correction', { correctionId, settled }),
	corrections: () => invoke('corrections'),
	exportCorrections: (folder) => invoke('export_corrections', { folder }),
	directoryList: (text) => invoke('directory_list', { text }),
	serviceHistory: (serviceId) => invoke('service_history', { serviceId }),
	verifyService: (serviceId, how, whoAnswered) => invoke('verify_service', { serviceId, how, whoAnswered }),
	localServices: () => invoke('local_services'),
	saveLocalService: (localId, local) => invoke('save_local_service', { localId, local }),
	removeLocalService: (serviceId) => invoke('remove_local_service', { serviceId }),

	demonstrationMailbox: () => invoke('demonstration_mailbox'),
	demonstrationMessage: (number) => invoke('demonstration_message', { number }),

	quit: (choice) => invoke('quit', { choice }),

	onReferralChanged: (act) => void listen<{ id: string }>('referral-changed', (event) => act(event.payload.id)),
	onDirectoryRefreshed: (act) => void listen('directory-refreshed', () => act()),
	onDirectoryRefreshing: (act) => void listen<RefreshStep>('directory-refreshing', (event) => act(event.payload)),
	onHotKey: (act) => void listen('hot-key', () => act()),
	onCloseAsked: (act) => void listen<{ waiting: number }>('close-asked', (event) => act(event.payload.waiting)),
};
