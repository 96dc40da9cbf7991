//! The text files of the project, read once for all rules.

use crate::steps::Failure;
use std::path::Path;
use std::process::Command;

pub struct SourceFile {
    /// From the root, with forward slashes on every system.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    pub fn ends_with_any(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    pub fn starts_with_any(&self, beginnings: &[&str]) -> bool {
        beginnings
            .iter()
            .any(|beginning| self.path.starts_with(beginning))
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

pub struct Tree {
    pub files: Vec<SourceFile>,
}

impl Tree {
    /// Everything that git tracks or would add; what is not text is left out.
    pub fn read(root: &Path) -> Result<Tree, Failure> {
        let advice = "Git must be installed, and this folder must be a clone.";
        let mut command = Command::new("git");
        command.current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let listed = command.output().map_err(|error| {
            Failure::new(
                format!("`git ls-files` could not be started: {error}"),
                advice,
            )
        })?;
        if !listed.status.success() {
            return Err(Failure::new(
                String::from_utf8_lossy(&listed.stderr),
                advice,
            ));
        }
        let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        let read = |path: String| {
            std::fs::read_to_string(root.join(&path))
                .ok()
                .map(|text| SourceFile { path, text })
        };
        let tree = Tree {
            files: paths.into_iter().filter_map(read).collect(),
        };
        println!("    {} text files", tree.files.len());
        Ok(tree)
    }

    pub fn ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a SourceFile> {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(ending))
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| SourceFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Tree {
            files: files.iter().map(file).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_file_is_among_the_files_of_the_project_and_nothing_that_was_built_is() {
        let root = std::env::current_dir()
            .unwrap()
            .parent()
            .unwrap()
            .to_path_buf();
        let tree = Tree::read(&root).unwrap();
        assert!(
            tree.files
                .iter()
                .any(|file| file.path == "xtask/src/checks/tree.rs")
        );
        assert!(!tree.files.iter().any(|file| file.path.starts_with("target/") || file.path.contains("node_modules/")));
    }
}
