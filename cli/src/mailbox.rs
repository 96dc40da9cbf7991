//! `onward-cli mailbox`: the mailbox from which referrals are sent, from a file, so that no password stands on a command line.

use crate::{CliError, Common, open, text_of};
use clap::{Args, Subcommand};
use referrals::{mailbox_table, transport::Mailbox};

#[derive(Args)]
pub struct MailboxArguments {
    #[command(subcommand)]
    command: MailboxCommand,
}

#[derive(Subcommand)]
enum MailboxCommand {
    /// Set it from a JSON file: host, port, security ("start-tls" or "implicit-tls"), username, password, `from_address`, `from_name`,
    /// trust ("operating-system", or in a demonstration {"demonstration-authority": {"pem": …}}).
    Set { file: String },
    /// Show it, without its password.
    Show,
}

pub fn run(arguments: &MailboxArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let practice = &engine.store.practice;
    if let MailboxCommand::Set { file } = &arguments.command {
        let unreadable =
            |error| CliError::Usage(format!("{file} does not describe a mailbox: {error}"));
        let mailbox: Mailbox = serde_json::from_str(&text_of(file)?).map_err(unreadable)?;
        // Said in words here; the engine refuses the same by its fields.
        mailbox
            .clone()
            .checked(engine.is_demonstration())
            .map_err(|error| CliError::Usage(error.to_string()))?;
        engine.set_mailbox(mailbox)?;
    }
    if let Some(mailbox) = practice.read(mailbox_table::read)? {
        say!(
            "{} through {}:{}",
            mailbox.from_address,
            mailbox.host,
            mailbox.port
        );
    } else {
        say!("No mailbox is set.");
    }
    Ok(())
}
