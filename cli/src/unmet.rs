//! `onward-cli unmet`: how often nothing local was found, and for which needs. No patient and nothing typed stands in it.

use crate::{CliError, Common, actor, open, print_json};
use clap::Args;
use referrals::{patient::cui_date, people::Right};

#[derive(Args)]
pub struct UnmetArguments {
    /// Count once more that nothing local was found: a reason code, such as work, or "other"; may be given several times.
    #[arg(long, value_name = "CODE")]
    record: Vec<String>,
}

pub fn run(arguments: &UnmetArguments, common: &Common) -> Result<(), CliError> {
    let engine = open(common)?;
    if !arguments.record.is_empty() {
        engine
            .desk
            .record_unmet_need(&arguments.record, &actor(&engine, Right::Refer)?)?;
    }
    let unmet = engine.desk.unmet_needs()?;
    if common.json {
        let rows: Vec<_> = unmet
            .iter()
            .map(|row| serde_json::json!({ "need": row.need, "count": row.count, "last_on": row.last_on }))
            .collect();
        return print_json(&rows);
    }
    if unmet.is_empty() {
        say!("None in the last 12 months.");
    }
    for row in &unmet {
        say!(
            "{}  {}  (last {})",
            row.count,
            row.need,
            cui_date(row.last_on)
        );
    }
    Ok(())
}
