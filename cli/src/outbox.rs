//! `onward-cli outbox`: what waits, and sending when no window does.

use crate::{CliError, Common, actor, open, print_json};
use clap::{Args, Subcommand};
use engine::Engine;
use referrals::{
    desk::{DirectoryWaits, ReferralRow, UnknownDecision},
    outbox::outbox_table,
    patient::cui_date,
    people::Right,
    transport::SendProblem,
};

#[derive(Args)]
pub struct OutboxArguments {
    #[command(subcommand)]
    command: Option<OutboxCommand>,
}

#[derive(Subcommand)]
enum OutboxCommand {
    /// List the referrals, those that need a person on top (the same as no command).
    List,
    /// Send what is due, if no other process is sending.
    Send {
        /// Go on until nothing waits.
        #[arg(long)]
        until_empty: bool,
    },
    /// Do not wait for the time to undo to pass.
    SendNow { referral_id: String },
    /// Take back a referral that has not left: it ends as NOT SENT, and its draft is open again.
    Undo { referral_id: String },
    /// Send a failed or held referral again.
    TryAgain { referral_id: String },
    /// A person phoned the service: the uncertain referral arrived.
    ItArrived { referral_id: String },
    /// A person phoned the service: send the uncertain referral again, marked as a possible duplicate.
    SendAgain { referral_id: String },
}

pub fn run(arguments: &OutboxArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    let desk = &engine.desk;
    let actor = || actor(&engine, Right::FollowUp);
    match arguments.command.as_ref().unwrap_or(&OutboxCommand::List) {
        OutboxCommand::List => {}
        OutboxCommand::Send { until_empty } => {
            if !engine.send_here(*until_empty)? {
                eprintln!("Another copy of Onward is sending; it will send these too.");
            }
        }
        OutboxCommand::SendNow { referral_id } => {
            actor()?;
            desk.send_now(referral_id)?;
        }
        OutboxCommand::Undo { referral_id } => drop(desk.undo(referral_id, &actor()?)?),
        OutboxCommand::TryAgain { referral_id } => desk.try_again(referral_id, &actor()?)?,
        OutboxCommand::ItArrived { referral_id } => {
            desk.decide_unknown(referral_id, UnknownDecision::ItArrived, &actor()?)?;
        }
        OutboxCommand::SendAgain { referral_id } => {
            desk.decide_unknown(referral_id, UnknownDecision::SendAgain, &actor()?)?;
        }
    }
    list(&engine, common)
}

/// A referral, and the code of why it does not leave.
fn with_why(
    engine: &Engine,
    row: ReferralRow,
) -> Result<(ReferralRow, Option<&'static str>), CliError> {
    let problem = if row.needs_attention {
        engine.desk.referral(&row.id)?.problem
    } else {
        None
    };
    Ok((row, problem.map(SendProblem::as_str)))
}

/// No patient's name: a terminal keeps what it shows.
fn list(engine: &Engine, common: &Common) -> Result<(), CliError> {
    let rows = engine.desk.worklist()?.into_iter();
    let rows: Vec<_> = rows
        .map(|row| with_why(engine, row))
        .collect::<Result<_, _>>()?;
    let now = engine.store.clock.now();
    let (counts, channel_problem) = engine.store.practice.read(|c| {
        Ok::<_, referrals::ReferralError>((
            outbox_table::counts(c, now)?,
            outbox_table::channel_problem(c)?,
        ))
    })?;
    // A directory that cannot be read is no reason to be silent about the referrals.
    let directory = engine.directory_waits().ok();
    if common.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(row, why)| {
                serde_json::json!({
                    "referral_id": row.id, "reference": row.reference, "service": row.service_name,
                    "state": row.state.as_str(), "changed_at": row.changed_at.to_string(),
                    "responsibility": row.responsibility, "needs_attention": row.needs_attention, "why": why,
                    "owner": row.next.map(|(owner, _)| owner), "by": row.next.map(|(_, day)| day.to_string()),
                })
            })
            .collect();
        return print_json(&serde_json::json!({
            "waiting": counts.waiting, "needs_attention": counts.needs_attention,
            "channel_problem": channel_problem, "referrals": rows,
            "directory": directory.map(|waits| serde_json::json!({
                "held": waits.held, "addresses": waits.addresses, "to_phone": waits.to_phone,
            })),
        }));
    }
    say!(
        "{} waiting, {} need attention (on this computer)",
        counts.waiting,
        counts.needs_attention
    );
    if let Some(problem) = channel_problem {
        say!("Nothing can be sent just now: {problem}");
    }
    if let Some(waits) = directory.filter(|waits| waits.count() > 0) {
        say!("Of the directory: {}", waits_in_words(&waits));
    }
    for (row, why) in rows {
        let mark = if row.needs_attention { "!" } else { " " };
        say!(
            "{mark} {}  {}  {}  [{}]",
            row.reference,
            row.state.as_str(),
            row.service_name,
            row.id
        );
        if let (Some(why), Some((owner, day))) = (why, row.next) {
            say!("    {why}: {owner}, by {}", cui_date(day));
        }
    }
    Ok(())
}

fn waits_in_words(waits: &DirectoryWaits) -> String {
    let kinds = [
        (
            waits.held,
            "held for a yes or a no (onward-cli sync --accept-held, or --refuse-held)",
        ),
        (waits.addresses, "to approve (onward-cli addresses)"),
        (waits.to_phone, "to phone first (onward-cli addresses)"),
    ];
    let nouns = ["new versions", "addresses", "services"];
    let waiting = kinds.iter().zip(nouns).filter(|((count, _), _)| *count > 0);
    let said: Vec<String> = waiting
        .map(|((count, what), noun)| format!("{noun} {what}: {count}"))
        .collect();
    said.join("; ")
}
