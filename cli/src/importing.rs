//! `onward-cli directory import|export|duplicates|merge`: a curator's work on a directory file. No data folder is opened.

mod exported;
mod files;
mod report;

use crate::{CliError, Common, print_json};
use clap::Subcommand;
use files::Beside;
use jiff::civil::Date;
use report::Report;
use services_directory::{
    directory_table::DirectoryError,
    export::open_referral as export,
    feed::{Directory, FeedLimits},
    ids::ServiceId,
    import::{
        duplicates, merge,
        open_referral::Mapping,
        rows::TableMapping,
        source::Source,
        take_over::{Arrived, take_over},
    },
};
use signed_feed::crawl::{CrawlLimits, Crawler, FeedAddress, Progress, real_pause};
use std::path::{Path, PathBuf};
use store::Clock;

#[derive(Subcommand)]
pub enum ImportingCommand {
    /// Take services over from a public feed or a table into a directory file, unassured: nothing is sent to them.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write the curated services for others to read.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Propose entries that may be one service, with what speaks for it.
    Duplicates {
        /// A directory file.
        file: PathBuf,
    },
    /// Make two entries one: GONE is closed and points to KEEP, which gets its ids in feeds, and no address.
    Merge {
        /// A directory file.
        file: PathBuf,
        keep: String,
        gone: String,
    },
}

#[derive(Subcommand)]
pub enum ImportCommand {
    /// From an Open Referral UK 3.0 feed, by its address (without /services). One that was cut off goes on where it was.
    OpenReferral {
        url: String,
        #[command(flatten)]
        into: Into,
    },
    /// From a table (CSV), with a mapping file that says which column is what.
    Csv {
        table: PathBuf,
        /// JSON, as docs/importing.md describes.
        #[arg(long, value_name = "FILE")]
        mapping: PathBuf,
        #[command(flatten)]
        into: Into,
    },
}

#[derive(clap::Args)]
pub struct Into {
    /// The directory file; a new one is begun where there is none. Beside it go the raw records, the repairs, and what was seen when.
    #[arg(long = "into", value_name = "FILE")]
    file: PathBuf,
    /// More than a fifth of the entries may close, or be missing: you have looked, and it is right.
    #[arg(long)]
    vanished_are_right: bool,
    /// The terms under which the feed is published, kept with each entry.
    #[arg(long, value_name = "LICENCE")]
    licence: Option<String>,
}

#[derive(Subcommand)]
pub enum ExportCommand {
    /// As static pages of an Open Referral UK 3.0 feed.
    OpenReferral {
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
}

/// Services on a page of the list.
const PER_PAGE: usize = 100;

pub fn run(command: &ImportingCommand, common: &Common) -> Result<(), CliError> {
    let clock = Clock::system();
    match command {
        ImportingCommand::Import(ImportCommand::OpenReferral { url, into }) => {
            from_feed(url, into, &clock, common)
        }
        ImportingCommand::Import(ImportCommand::Csv {
            table,
            mapping,
            into,
        }) => from_table(table, mapping, into, &clock, common),
        ImportingCommand::Export(ExportCommand::OpenReferral { from, to }) => {
            export_open_referral(from, to, common)
        }
        ImportingCommand::Duplicates { file } => propose(file, common),
        ImportingCommand::Merge { file, keep, gone } => {
            merged(file, keep, gone, clock.today(), common)
        }
    }
}

fn from_feed(url: &str, into: &Into, clock: &Clock, common: &Common) -> Result<(), CliError> {
    let feed = FeedAddress::parse(url).map_err(usage)?;
    let source = Source::named(feed.as_str());
    let beside = Beside::of(&into.file);
    beside.make_folder()?;
    let _one = files::one_at_a_time(&into.file)?;
    // Whether the file can be taken is better known before a long crawl than after it. A curator may edit it meanwhile.
    beside.taken(clock.today())?;
    let seen = beside.seen()?;
    let known = seen.feeds.get(source.name()).into_iter();
    let known = known.flat_map(|it| &it.entries);
    let known = known.filter(|(_, entry)| entry.retired_on.is_none());
    let mut told = ProgressTold::default();
    let crawl = Crawler {
        feed: &feed,
        limits: CrawlLimits::default(),
        clock: clock.clone(),
        pause: real_pause(),
        journal: Some(&beside.journal),
        known: known.map(|(id, _)| id.clone()).collect(),
        progress: &mut |progress| told.tell(&progress),
    };
    let crawl = crawl.run().map_err(usage)?;
    let mut taken = beside.taken(clock.today())?;
    let mut seen = beside.seen()?;
    let before = seen.feeds.get(source.name()).cloned().unwrap_or_default();
    let mapping = Mapping {
        source: &source,
        today: clock.today(),
        england: store::clock::england(),
        licence: into.licence.clone(),
    };
    let mut report = Report::of(source.name());
    let mut arrived = Arrived {
        services: Vec::with_capacity(crawl.services.len()),
        listed: crawl.listed.clone(),
        gone: crawl.gone.clone(),
        complete: crawl.incomplete.is_empty(),
        at: clock.now(),
        today: clock.today(),
    };
    for raw in &crawl.services {
        let (mapped, repairs) = mapping.map(raw);
        report.repairs.extend(repairs);
        match mapped {
            Ok(mapped) => arrived.services.push(mapped),
            Err(refused) => report.refused.push(refused),
        }
    }
    let (changed, mut after, counts) = take_over(
        &taken.file,
        &before,
        &arrived,
        &source,
        into.vanished_are_right,
    )
    .map_err(usage)?;
    after.capabilities = serde_json::to_value(&crawl.capabilities).unwrap_or_default();
    taken.file = changed;
    report.crawled(&crawl, counts);
    seen.feeds.insert(source.name().to_owned(), after);
    beside.keep(
        &taken,
        &seen,
        source.name(),
        &crawl.services,
        &report,
        clock.now(),
    )?;
    beside.end_journal();
    report.tell(common, &beside)
}

fn from_table(
    table: &Path,
    mapping: &Path,
    into: &Into,
    clock: &Clock,
    common: &Common,
) -> Result<(), CliError> {
    let text = String::from_utf8_lossy(&files::read(mapping)?).into_owned();
    let mut mapping = TableMapping::read(&text).map_err(usage)?;
    mapping.licence = into.licence.clone().or(mapping.licence);
    let source = Source::named(&mapping.source);
    let bytes = files::read(table)?;
    let read = mapping
        .table(&bytes, clock.today(), &store::clock::england())
        .map_err(usage)?;
    let beside = Beside::of(&into.file);
    beside.make_folder()?;
    let _one = files::one_at_a_time(&into.file)?;
    let mut seen = beside.seen()?;
    let before = seen.feeds.get(source.name()).cloned().unwrap_or_default();
    let arrived = Arrived {
        complete: read.problems.is_empty(),
        services: read.services,
        listed: read.listed,
        gone: std::collections::BTreeSet::new(),
        at: clock.now(),
        today: clock.today(),
    };
    let mut taken = beside.taken(clock.today())?;
    let (file, after, changes) = take_over(
        &taken.file,
        &before,
        &arrived,
        &source,
        into.vanished_are_right,
    )
    .map_err(usage)?;
    taken.file = file;
    let mut report = Report::of(source.name());
    report.repairs = read.repairs;
    report.rows = read.problems;
    report.table(read.encoding, read.separator, changes);
    seen.feeds.insert(source.name().to_owned(), after);
    beside.keep(
        &taken,
        &seen,
        source.name(),
        &read.raw,
        &report,
        clock.now(),
    )?;
    report.tell(common, &beside)
}

fn export_open_referral(
    from: &Path,
    to: &std::path::Path,
    common: &Common,
) -> Result<(), CliError> {
    let directory = directory(from)?;
    let pages = export::pages(&directory, PER_PAGE).map_err(usage)?;
    for page in &pages {
        let text = serde_json::to_vec(&page.body).map_err(usage)?;
        files::write(&to.join(&page.path), &text)?;
    }
    let gone = exported::take_away_what_left(to, &pages)?;
    let unassured = directory.services.len();
    let written = pages
        .iter()
        .filter(|page| {
            page.path.starts_with("services/") && !page.path.starts_with("services/page-")
        })
        .count();
    let left_out = unassured - written;
    if common.json {
        return print_json(
            &serde_json::json!({ "services": written, "files": pages.len(), "left_out": left_out, "taken_away": gone }),
        );
    }
    say!(
        "{written} services in {} files under {}; {left_out} that no curator has checked are left out.",
        pages.len(),
        to.display()
    );
    if gone > 0 {
        say!("{gone} files of an earlier export, which this one has no more, are taken away.");
    }
    Ok(())
}

fn propose(file: &Path, common: &Common) -> Result<(), CliError> {
    let proposals = duplicates::proposals(&directory(file)?);
    if common.json {
        return print_json(&proposals);
    }
    for proposal in &proposals {
        let evidence: Vec<String> = proposal
            .evidence
            .iter()
            .map(duplicates::Evidence::words)
            .collect();
        for side in [&proposal.first, &proposal.second] {
            say!("{}  {} ({})", side.id, side.name, report::tier(side.tier));
        }
        say!("    {}", evidence.join(", "));
    }
    say!(
        "{} pairs may be one service. To make one of them: onward-cli directory merge {} KEEP GONE",
        proposals.len(),
        file.display()
    );
    Ok(())
}

fn merged(
    file: &Path,
    keep: &str,
    gone: &str,
    today: Date,
    common: &Common,
) -> Result<(), CliError> {
    let id = |text: &str| ServiceId::parse(text).map_err(usage);
    let (keep, gone) = (id(keep)?, id(gone)?);
    let _one = files::one_at_a_time(file)?;
    let mut taken = files::Taken::of(file)?;
    merge::merge(&mut taken.file, &keep, &gone, today).map_err(usage)?;
    taken.put_back()?;
    if common.json {
        return print_json(&serde_json::json!({ "keep": keep, "gone": gone }));
    }
    say!("{gone} is closed and points to {keep}. No address was moved.");
    Ok(())
}

fn directory(file: &Path) -> Result<Directory, CliError> {
    let bytes = files::read(file)?;
    Directory::read(bytes.as_slice(), FeedLimits::default()).map_err(feed_error)
}

fn feed_error(error: services_directory::feed::FeedError) -> CliError {
    engine::EngineError::from(DirectoryError::from(error)).into()
}

fn usage(error: impl std::fmt::Display) -> CliError {
    CliError::Usage(error.to_string())
}

/// On standard error, and not a line for each service.
#[derive(Default)]
struct ProgressTold {
    services: usize,
}

impl ProgressTold {
    fn tell(&mut self, progress: &Progress) {
        match progress {
            Progress::Probing => eprintln!("Trying what the feed honours …"),
            Progress::GoingOn { services } => {
                eprintln!(
                    "Going on with a crawl that was cut off: {services} services came before."
                );
            }
            Progress::Page {
                number,
                of,
                services,
            } => {
                let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
                eprintln!("Page {number}{of} of the list: {services} services");
            }
            Progress::Services { done, of } => {
                let step = (of / 50).clamp(1, 250);
                if *done == *of || *done >= self.services + step {
                    self.services = *done;
                    eprintln!("{done} of {of} services");
                }
            }
            Progress::Waiting { seconds } => {
                eprintln!("The feed asked us to wait: {seconds} seconds so far.");
            }
        }
    }
}
