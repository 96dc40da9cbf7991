//! `onward-cli directory`: loading a whole directory; what a curator does with one is in `publishing` and `importing`.

use crate::{
    CliError, Common, actor,
    importing::{self, ImportingCommand},
    open, print_json,
    publishing::{self, PublishingCommand},
};
use clap::{Args, Subcommand};
use engine::EngineError;
use referrals::people::Right;
use services_directory::{
    directory_table::DirectoryError,
    feed::{Directory, FeedLimits},
};
use std::{fs::File, io::BufReader};

#[derive(Args)]
pub struct DirectoryArguments {
    #[command(subcommand)]
    command: DirectoryCommand,
}

#[derive(Subcommand)]
enum DirectoryCommand {
    /// Replace the directory by another whole one, with its practices and areas (services-directory/schema). All or nothing.
    Load {
        /// One record a line.
        file: String,
    },
    #[command(flatten)]
    Publishing(PublishingCommand),
    #[command(flatten)]
    Importing(ImportingCommand),
}

pub fn run(arguments: &DirectoryArguments, common: &Common) -> Result<(), CliError> {
    match &arguments.command {
        DirectoryCommand::Load { file } => load(file, common),
        DirectoryCommand::Publishing(command) => publishing::run(command, common),
        DirectoryCommand::Importing(command) => importing::run(command, common),
    }
}

fn load(file: &str, common: &Common) -> Result<(), CliError> {
    let opened = File::open(file).map_err(|source| CliError::Input {
        path: file.to_owned(),
        source,
    })?;
    let directory = Directory::read(BufReader::new(opened), FeedLimits::default())
        .map_err(|error| EngineError::from(DirectoryError::from(error)))?;
    let engine = open(common)?;
    actor(&engine, Right::KeepDirectory)?;
    let (name, version, services) = (
        directory.header.name.clone(),
        directory.header.version,
        directory.services.len(),
    );
    engine.load_directory(directory)?;
    if common.json {
        return print_json(
            &serde_json::json!({ "name": name, "version": version, "services": services }),
        );
    }
    say!("{name}, version {version}: {services} services");
    Ok(())
}
