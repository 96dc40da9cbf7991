// The gate between the window and Rust: only the commands listed here pass (Tauri's isolation pattern).
// Tauri calls the hook with {cmd, callback, error, payload, options}; what it throws for never reaches Rust.
// A plain script, not a module: modules do not load in the sandboxed frame on Windows.
(function (scope) {
	'use strict';

	const COMMANDS = Object.freeze([
		'window_state',
		'sign_in',
		'sign_out',
		'veil',
		'touched',
		'choose_referrer',
		'add_staff',
		'change_staff',
		'set_pin',
		'staff_left',
		'set_up_state',
		'make_records',
		'recovery_key_written',
		'save_practice',
		'save_mailbox',
		'test_mailbox',
		'load_directory',
		'published_directory',
		'enrol_directory',
		'refresh_directory',
		'decide_held_changes',
		'finish_set_up',
		'recover',
		'restore_backup',
		'addresses_to_approve',
		'propose_addresses',
		'approve_addresses',
		'phone_checked',
		'phone_checks_needed',
		'service_phoned',
		'refuse_address',
		'current_draft',
		'drafts',
		'open_draft',
		'clear_patient',
		'paste_patient',
		'edit_patient',
		'save_form',
		'search',
		'service_card',
		'set_favourite',
		'record_unmet_need',
		'unmet_needs',
		'queue_referral',
		'undo_referral',
		'send_now',
		'referrals',
		'referral',
		'copy_for_record',
		'set_filed',
		'try_again',
		'decide_unknown',
		'withdraw',
		'park_referral',
		'decline_referral',
		'recall_offer',
		'decline_offer',
		'record_reply',
		'chase',
		'acknowledge',
		'report_concern',
		'concerns',
		'add_to_layer',
		'end_layer_entry',
		'suggest_correction',
		'settle_correction',
		'corrections',
		'export_corrections',
		'directory_list',
		'service_history',
		'verify_service',
		'local_services',
		'save_local_service',
		'remove_local_service',
		'backups',
		'set_backup_folder',
		'back_up_to',
		'audit_trail',
		'retention',
		'set_retention',
		'export_patient',
		'demonstration_mailbox',
		'demonstration_message',
		'quit',
	]);

	// What the window may hear, and stop hearing. It may not emit.
	const EVENTS = Object.freeze(['referral-changed', 'directory-refreshed', 'directory-refreshing', 'hot-key', 'close-asked']);
	const EVENT_COMMANDS = Object.freeze(['plugin:event|listen', 'plugin:event|unlisten']);

	/** Whether this message may pass. Pure, so that a test can ask it. */
	function mayPass(message) {
		if (typeof message !== 'object' || message === null || typeof message.cmd !== 'string') return false;
		if (COMMANDS.includes(message.cmd)) return true;
		if (!EVENT_COMMANDS.includes(message.cmd)) return false;
		const wanted = message.payload;
		return typeof wanted === 'object' && wanted !== null && EVENTS.includes(wanted.event);
	}

	function hook(message) {
		if (!mayPass(message)) throw new Error('Refused: this command is not one of the window.');
		return message;
	}

	scope.__ONWARD_ISOLATION__ = Object.freeze({ COMMANDS, EVENTS, mayPass });
	scope.__TAURI_ISOLATION_HOOK__ = hook;
})(globalThis);
