//! Keys in files: made, and opened with passphrases from a file or from standard input.

use crate::{CliError, Common, print_json};
use clap::{Args, ValueEnum};
use signed_feed::keys::{KeyPurpose, PublicKey, SealedKey, SigningKey};
use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Args)]
pub struct KeyArguments {
    /// The key's file, which must not be there yet. Its public half is written beside it, as FILE.pub.
    file: PathBuf,
    /// What the key is to sign.
    #[arg(long = "for", value_enum)]
    purpose: Purpose,
    /// Whose key it is: a person's name; for an online key, the computer's.
    #[arg(long, value_name = "NAME")]
    holder: String,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// The purposes in a curator's words.
#[derive(Clone, Copy, ValueEnum)]
enum Purpose {
    /// Says who may sign what. Kept offline; three people have one.
    Root,
    /// Signs the endpoints. Two people at least have one.
    Endpoints,
    /// Signs everything else, and the stop-list.
    Services,
    /// Says each day that nothing is newer. Lies where cron runs.
    Online,
}

impl From<Purpose> for KeyPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Root => Self::Root,
            Purpose::Endpoints => Self::Targets,
            Purpose::Services => Self::Services,
            Purpose::Online => Self::Online,
        }
    }
}

#[derive(Args)]
pub struct Passphrase {
    /// A file with the passphrases, a line for each --key in their order, or one line for all; - or none: standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,
}

#[derive(Args)]
pub struct KeysAtHand {
    /// A key's file. Give one for each signature that you can make here.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl KeysAtHand {
    pub fn open(&self) -> Result<Vec<SigningKey>, CliError> {
        let mut sealed = Vec::new();
        for path in &self.key {
            sealed.push(SealedKey::parse(&super::text_in(path)?)?);
        }
        let asked: Vec<String> = self
            .key
            .iter()
            .map(|path| format!("Passphrase of {}", path.display()))
            .collect();
        let passphrases = self.passphrase.read(&asked)?;
        let mut keys = Vec::new();
        for (sealed, passphrase) in sealed.iter().zip(&passphrases) {
            keys.push(sealed.open(passphrase)?);
        }
        Ok(keys)
    }

    pub fn paths(&self) -> &[PathBuf] {
        &self.key
    }
}

impl Passphrase {
    /// One for each question.
    fn read(&self, questions: &[String]) -> Result<Vec<String>, CliError> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.passphrase_file.as_deref().unwrap_or("-");
        if source == "-" && std::io::stdin().is_terminal() {
            return questions.iter().map(|question| typed(question)).collect();
        }
        let text = crate::text_of(source)?;
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let of = |place: usize| match lines.as_slice() {
            [one] => Some(*one),
            several => several.get(place).copied(),
        };
        (0..questions.len())
            .map(|place| {
                of(place).map(str::to_owned).ok_or_else(|| {
                    CliError::Usage(format!(
                        "There are {} passphrases for {} keys: give one line for each --key, in their order, or one for all.",
                        lines.len(),
                        questions.len()
                    ))
                })
            })
            .collect()
    }
}

/// Asks at the terminal, which shows nothing of it where it can be told not to.
fn typed(question: &str) -> Result<String, CliError> {
    eprint!("{question}: ");
    let _ = std::io::stderr().flush();
    let hidden = echo("-echo");
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    if hidden {
        echo("echo");
        eprintln!();
    }
    read.map_err(|source| CliError::Input {
        path: "-".to_owned(),
        source,
    })?;
    Ok(line.trim().to_owned())
}

/// False where there is no such program, as on Windows.
fn echo(how: &str) -> bool {
    let status = Command::new("stty").arg(how).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

pub fn run(arguments: &KeyArguments, common: &Common) -> Result<(), CliError> {
    let public_path = with_ending(&arguments.file, ".pub");
    for path in [&arguments.file, &public_path] {
        if path.exists() {
            return Err(CliError::Usage(format!(
                "{} is there already. A key is never written over: name another file.",
                path.display()
            )));
        }
    }
    let key = SigningKey::random(arguments.purpose.into(), &arguments.holder)?;
    let question = "A passphrase of four or more words".to_owned();
    let passphrases = arguments.passphrase.read(&[question])?;
    let passphrase = passphrases.first().map(String::as_str).unwrap_or_default();
    let sealed = key.seal(passphrase)?;
    // Opened again before anybody relies on it.
    sealed.open(passphrase)?;
    super::write(&arguments.file, &sealed.to_text()?)?;
    only_for_its_owner(&arguments.file)?;
    let public = serde_json::to_string_pretty(key.public())
        .map_err(|error| CliError::Usage(error.to_string()))?;
    super::write(&public_path, &(public + "\n"))?;
    let id = key_id(key.public())?;
    if common.json {
        return print_json(&serde_json::json!({
            "key": arguments.file, "public": public_path, "id": id,
            "purpose": key.purpose(), "holder": key.holder(),
        }));
    }
    say!(
        "{}: {} key of {}, {id}",
        arguments.file.display(),
        key.purpose(),
        key.holder()
    );
    say!(
        "Hand {} to whoever sets up the directory. Keep a copy of the key's file elsewhere.",
        public_path.display()
    );
    Ok(())
}

pub fn key_id(key: &PublicKey) -> Result<String, CliError> {
    Ok(store::hex(&key.key_id()?))
}

pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(unix)]
fn only_for_its_owner(path: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|source| {
        CliError::Output {
            path: path.to_path_buf(),
            source,
        }
    })
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn only_for_its_owner(_path: &Path) -> Result<(), CliError> {
    Ok(())
}
