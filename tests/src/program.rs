//! The built command line, run as a person or a script runs it, and killed as a power cut would.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the crate is only for tests, which panic where something is not as it should be"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// What a run said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub succeeded: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.out, self.err))
    }
}

/// `onward-cli` over one data folder, in surroundings of its own: no home, session or temporary folder of the person's.
#[derive(Clone, Debug)]
pub struct Program {
    data: PathBuf,
    home: PathBuf,
}

impl Program {
    pub fn over(data: &Path, home: &Path) -> Self {
        for folder in [home, &home.join("tmp")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        Self {
            data: data.to_owned(),
            home: home.to_owned(),
        }
    }

    pub fn temporary_folder(&self) -> PathBuf {
        self.home.join("tmp")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(path());
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env("HOME", &self.home)
            .env("TMPDIR", self.temporary_folder())
            .env_remove("XDG_DATA_HOME")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).json()
    }

    /// With this text on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        said(self.command(arguments), input)
    }

    /// Started and left running.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null());
        command.spawn().unwrap()
    }
}

pub fn said(mut command: Command, input: &str) -> Said {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that needs no input may have gone already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Said {
        succeeded: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// It belongs to another package, so Cargo does not tell where it is: `ONWARD_CLI_BIN`, else beside the folder of the tests.
pub fn path() -> PathBuf {
    let named = std::env::var_os("ONWARD_CLI_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| {
        let test = std::env::current_exe().unwrap();
        let built = test.parent().and_then(Path::parent).unwrap();
        built.join(format!("onward-cli{}", std::env::consts::EXE_SUFFIX))
    });
    assert!(
        path.is_file(),
        "{} is not there: build it first with `cargo build --workspace`, or name it in ONWARD_CLI_BIN",
        path.display()
    );
    path
}
