//! How the program was called: which data folder, and for what.

use std::path::PathBuf;
use store::UseMode;

#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    pub data: PathBuf,
    pub mode: UseMode,
}

impl Arguments {
    /// `--data DIR`, `--demonstration` and `--real`. A fresh checkout (a debug build) is a demonstration by default, an installed
    /// program is a practice's own.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.peekable();
        let mut data = None;
        let mut demonstration = cfg!(debug_assertions);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--data" => {
                    let folder = arguments.next().ok_or("--data needs a folder after it.")?;
                    data = Some(folder.into());
                }
                "--demonstration" => demonstration = true,
                "--real" => demonstration = false,
                other => {
                    return Err(format!(
                        "It does not know {other}. It knows --data FOLDER, --demonstration and --real."
                    ));
                }
            }
        }
        let mode = if demonstration {
            UseMode::Demonstration
        } else {
            UseMode::Real
        };
        let data = match data {
            Some(data) => data,
            None => engine::data_folder(mode).ok_or(
                "This computer names no folder for programs' data. Name one with --data FOLDER.",
            )?,
        };
        Ok(Self { data, mode })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Arguments, String> {
        Arguments::read(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn a_fresh_checkout_is_a_demonstration_and_what_is_not_known_is_refused() {
        let named = read(&["--data", "folder"]).unwrap();
        assert_eq!(
            named,
            Arguments {
                data: "folder".into(),
                mode: UseMode::Demonstration
            }
        );
        assert_eq!(
            read(&["--data", "folder", "--real"]).unwrap().mode,
            UseMode::Real
        );
        assert!(read(&["--data"]).is_err());
        assert!(read(&["--dta", "x"]).is_err_and(|why| why.contains("--dta")));
    }
}
