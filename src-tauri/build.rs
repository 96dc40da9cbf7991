//! Builds Tauri's context: the permissions of each command named in `COMMANDS` and the embedded window.

/// Every command of the window; `capabilities/main.json` and `ui/isolation/isolation.js` name each of them too.
const COMMANDS: &[&str] = &[
    "window_state",
    "sign_in",
    "sign_out",
    "veil",
    "touched",
    "choose_referrer",
    "add_staff",
    "change_staff",
    "set_pin",
    "staff_left",
    "set_up_state",
    "make_records",
    "recovery_key_written",
    "save_practice",
    "save_mailbox",
    "test_mailbox",
    "load_directory",
    "finish_set_up",
    "recover",
    "restore_backup",
    "addresses_to_approve",
    "propose_addresses",
    "approve_addresses",
    "phone_checked",
    "refuse_address",
    "current_draft",
    "drafts",
    "open_draft",
    "clear_patient",
    "paste_patient",
    "edit_patient",
    "save_form",
    "search",
    "service_card",
    "set_favourite",
    "record_unmet_need",
    "unmet_needs",
    "queue_referral",
    "undo_referral",
    "send_now",
    "referrals",
    "referral",
    "copy_for_record",
    "set_filed",
    "try_again",
    "decide_unknown",
    "withdraw",
    "park_referral",
    "decline_referral",
    "recall_offer",
    "decline_offer",
    "record_reply",
    "chase",
    "acknowledge",
    "report_concern",
    "concerns",
    "backups",
    "set_backup_folder",
    "back_up_to",
    "audit_trail",
    "retention",
    "set_retention",
    "export_patient",
    "demonstration_mailbox",
    "demonstration_message",
    "quit",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!(
            "cargo::error=the window could not be prepared: {error:#}. Build the user interface first: cargo xtask run does it"
        );
        std::process::exit(1);
    }
}
