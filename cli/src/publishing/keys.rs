//! Keys in files: made, and opened with passphrases from a file or from standard input.

use crate::{CliError, Common, print_json};
use clap::{Args, ValueEnum};
use signed_feed::keys::{KeyPurpose, PublicKey, SealedKey, SigningKey};
use std::{
    io::{ErrorKind, IsTerminal, Write},
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
    /// For a key that is made: nobody sees what they type, and a slip would seal the key for ever, so it is typed twice.
    fn new_one(&self) -> Result<String, CliError> {
        let source = self.passphrase_file.as_deref().unwrap_or("-");
        if source == "-" && std::io::stdin().is_terminal() {
            return typed_twice(typed);
        }
        let read = self.read(&[String::new()])?;
        Ok(read.into_iter().next().unwrap_or_default())
    }

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

fn typed_twice(mut ask: impl FnMut(&str) -> Result<String, CliError>) -> Result<String, CliError> {
    let first = ask("A passphrase of four or more words")?;
    if ask("The same once more")? == first {
        Ok(first)
    } else {
        Err(CliError::Usage(
            "The two passphrases differ. No key was made: try again.".to_owned(),
        ))
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
    // Better known before a passphrase is thought of. What holds is that the file is made anew below.
    for path in [&arguments.file, &public_path] {
        if path.symlink_metadata().is_ok() {
            return Err(is_there(path));
        }
    }
    let key = SigningKey::random(arguments.purpose.into(), &arguments.holder)?;
    let passphrase = arguments.passphrase.new_one()?;
    let sealed = key.seal(&passphrase)?;
    // Opened again before anybody relies on it.
    sealed.open(&passphrase)?;
    let public = serde_json::to_string_pretty(key.public())
        .map_err(|error| CliError::Usage(error.to_string()))?;
    write_new(&arguments.file, &sealed.to_text()?)?;
    if let Err(error) = write_new(&public_path, &(public + "\n")) {
        // Ours, and of no use without the other.
        let _ = std::fs::remove_file(&arguments.file);
        return Err(error);
    }
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

/// Into a file that nobody else may read from its beginning on, and that was not there before, not even as a link to somewhere.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        _ => CliError::Output {
            path: path.to_path_buf(),
            source,
        },
    };
    let mut file = options.open(path).map_err(failed)?;
    let written = file.write_all(text.as_bytes());
    written.and_then(|()| file.sync_all()).map_err(failed)
}

fn is_there(path: &Path) -> CliError {
    CliError::Usage(format!(
        "{} is there already. A key is never written over: name another file.",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_passphrase_that_nobody_sees_makes_no_key() {
        let answers = |given: [&'static str; 2]| {
            let mut given = given.into_iter();
            typed_twice(move |_| Ok(given.next().unwrap().to_owned()))
        };
        let right = "apple bridge candle dew";
        assert_eq!(answers([right, right]).unwrap(), right);
        assert!(answers([right, "apple bridge candle drew"]).is_err());
    }

    #[test]
    fn what_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        write_new(&path, "the key").unwrap();
        assert!(write_new(&path, "another").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "the key");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it_and_no_link_leads_it_elsewhere() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        write_new(&path, "the key").unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // A link to a file that is not there: `exists` says no, and a plain write would follow it.
        let (link, elsewhere) = (folder.path().join("link.key"), folder.path().join("shared"));
        symlink(&elsewhere, &link).unwrap();
        assert!(write_new(&link, "the key").is_err() && !elsewhere.exists());
    }
}
