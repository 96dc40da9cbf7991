//! Calling other programs: their output is shown as it comes and kept, and a long silence is broken with the time that has passed.

use crate::steps::Failure;
use crate::totals::without_colours;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

const LONGEST_SILENCE: Duration = Duration::from_secs(30);
const LAST_LINES: usize = 15;

/// Cargo, called from the root. What Cargo set for xtask itself is taken away: left there, it would make build scripts run again.
pub fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root);
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        let of_xtask = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|start| name_text.starts_with(start));
        if of_xtask || name_text == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&name);
        }
    }
    command
}

/// npm or npx, called from a folder.
pub fn npm(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    // On Windows they are scripts, which are found only by their full names.
    let mut command = Command::new(if cfg!(windows) {
        format!("{program}.cmd")
    } else {
        program.to_owned()
    });
    command.args(arguments).current_dir(folder);
    command
}

/// Runs a program to its end with nothing on its standard input; answers everything that it printed.
pub fn run(command: &mut Command, advice: &str) -> Result<String, Failure> {
    run_showing(command, advice, &mut std::io::stdout())
}

fn run_showing(
    command: &mut Command,
    advice: &str,
    show: &mut impl Write,
) -> Result<String, Failure> {
    let shown = shown(command);
    println!("    $ {shown}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Failure::new(format!("`{shown}` could not be started: {error}"), advice)
        })?;
    let (sender, receiver) = mpsc::channel();
    for pipe in [
        child.stdout.take().map(boxed),
        child.stderr.take().map(boxed),
    ]
    .into_iter()
    .flatten()
    {
        let sender = sender.clone();
        std::thread::spawn(move || pass_on(pipe, &sender));
    }
    drop(sender);

    let began = Instant::now();
    let mut printed = Vec::new();
    loop {
        match receiver.recv_timeout(LONGEST_SILENCE) {
            Ok(bytes) => {
                // A closed terminal is no reason to stop the work.
                let _ = show.write_all(&bytes).and_then(|()| show.flush());
                printed.extend(bytes);
            }
            Err(RecvTimeoutError::Timeout) => {
                println!("    … still at it after {} s", began.elapsed().as_secs());
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child
        .wait()
        .map_err(|error| Failure::new(format!("`{shown}` was lost: {error}"), advice))?;
    let printed = String::from_utf8_lossy(&printed).into_owned();
    if status.success() {
        return Ok(printed);
    }
    let why = format!(
        "`{shown}` ended with {status}. Its last lines:\n{}",
        last_lines(&printed)
    );
    Err(Failure {
        printed,
        ..Failure::new(why, advice)
    })
}

/// Runs a program with the terminal attached, as for a development server.
pub fn attached(command: &mut Command, advice: &str) -> Result<(), Failure> {
    let shown = shown(command);
    println!("    $ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(
            format!("`{shown}` ended with {status}."),
            advice,
        )),
        Err(error) => Err(Failure::new(
            format!("`{shown}` could not be started: {error}"),
            advice,
        )),
    }
}

/// What a program prints, quietly; nothing when it is not there or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

fn pass_on(mut pipe: Box<dyn Read + Send>, to: &Sender<Vec<u8>>) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let read = buffer.get(..count).unwrap_or_default().to_vec();
        if to.send(read).is_err() {
            return;
        }
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_stem()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let words = command
        .get_args()
        .map(|word| word.to_string_lossy().into_owned());
    std::iter::once(name)
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(LAST_LINES);
    without_colours(&lines.get(from..).unwrap_or_default().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo_here(argument: &str) -> Command {
        cargo(Path::new("."), &[argument])
    }

    #[test]
    fn what_a_program_prints_is_kept() {
        assert!(
            run_showing(&mut cargo_here("--version"), "", &mut Vec::new())
                .unwrap()
                .starts_with("cargo 1.")
        );
    }

    #[test]
    fn a_program_that_fails_says_which_why_and_what_to_do() {
        let failure = run_showing(
            &mut cargo_here("no-such-command"),
            "spell it right",
            &mut Vec::new(),
        )
        .unwrap_err();
        assert!(
            failure.why.contains("cargo no-such-command"),
            "{}",
            failure.why
        );
        assert!(
            failure.why.contains("101") && failure.why.contains("no such command"),
            "{}",
            failure.why
        );
        assert_eq!(failure.advice, "spell it right");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure_with_advice() {
        let failure =
            run(&mut Command::new("no-such-program-of-onward"), "install it").unwrap_err();
        assert!(
            failure.why.contains("could not be started"),
            "{}",
            failure.why
        );
        assert_eq!(answer(&mut Command::new("no-such-program-of-onward")), None);
    }

    #[test]
    fn only_the_last_lines_are_repeated() {
        let text: String = (1..=40)
            .flat_map(|number: u32| ["line ".to_owned(), number.to_string(), "\n\n".to_owned()])
            .collect();
        let last = last_lines(&text);
        assert!(
            last.starts_with("line 26\n") && last.ends_with("line 40"),
            "{last}"
        );
    }
}
