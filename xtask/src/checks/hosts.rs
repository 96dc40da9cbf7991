//! No file names a folder of one person's computer, or the host of a package registry.

use super::rust_source::{RustSource, is_test_file};
use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};

/// Beginnings of absolute paths that exist on one computer only. Written in two parts, so that this file passes its own rule.
const FOLDERS: [&str; 6] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("C:\\Us", "ers\\"),
];

const REGISTRIES: [&str; 9] = [
    concat!("crates", ".io"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("yarn", "pkg.com"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("deb.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
    concat!("proxy.", "golang.org"),
];

/// Those of them that belong to persons.
const HOMES: [&str; 3] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers\\"),
];

/// How Cargo itself names its registry in the lock file.
const CARGO_INDEX: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    checked.saw(tree.files.len(), "files");
    for file in &tree.files {
        let rust = file
            .ends_with_any(&[".rs"])
            .then(|| RustSource::read(&file.text));
        let is_test = |line| {
            is_test_file(&file.path) || rust.as_ref().is_some_and(|source| source.is_test(line))
        };
        for (line, text) in file.lines() {
            if let Some(what) = breach(file, text, rust.is_some() && is_test(line)) {
                checked.findings.push(Finding::new(&file.path, line, what));
            }
        }
    }
    checked
}

fn breach(file: &SourceFile, line: &str, is_test: bool) -> Option<String> {
    // A test of Rust may tell of a made-up person's folder; that it makes its own files in a proper place is seen by its running anywhere.
    let mut folders = FOLDERS
        .iter()
        .filter(|folder| !is_test || !HOMES.contains(folder));
    if let Some(folder) = folders.find(|folder| names_folder(line, folder)) {
        return Some(format!("names a folder of one computer ({folder}…)"));
    }
    let line = if file.path == "Cargo.lock" {
        line.replace(CARGO_INDEX, "")
    } else {
        line.to_owned()
    };
    REGISTRIES
        .iter()
        .find(|host| line.contains(**host))
        .map(|host| format!("names the host of a registry ({host})"))
}

/// Whether a path begins so: not in the middle of a longer path or address, and with a name after it.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + folder.len()..)
            .and_then(|text| text.chars().next());
        let goes_on = before.is_some_and(|c| {
            c.is_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '}' | '~' | '*')
        });
        !goes_on
            && after
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '$' | '{'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)]))
            .findings
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_folder_of_one_computer_is_caught() {
        for folder in FOLDERS {
            assert_eq!(
                lines("a.rs", &format!("\nread(\"{folder}jo/file\")")),
                [2],
                "{folder}"
            );
        }
    }

    #[test]
    fn a_test_may_tell_of_a_made_up_home_but_not_of_other_folders() {
        let test = |folder: &str| {
            format!("#[cfg(test)]\nmod tests {{\n    const A: &str = \"{folder}amy/x\";\n}}")
        };
        assert_eq!(lines("a.rs", &test(FOLDERS[0])), [] as [usize; 0]);
        assert_eq!(lines("a.rs", &test(FOLDERS[4])), [3]);
        assert_eq!(
            lines("a.rs", &format!("const A: &str = \"{}amy/x\";", FOLDERS[0])),
            [1]
        );
    }

    #[test]
    fn the_middle_of_an_address_is_no_folder() {
        let home = FOLDERS[0];
        assert_eq!(
            lines(
                "a.md",
                &format!("https://example.nhs.uk{home}visits and ${{HOME}}{home}x and \"{home}\"")
            ),
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_registry_is_caught_except_where_cargo_writes_it() {
        for host in REGISTRIES {
            assert_eq!(
                lines("README.md", &format!("https://{host}/x")),
                [1],
                "{host}"
            );
        }
        assert_eq!(
            lines("Cargo.lock", &format!("source = \"{CARGO_INDEX}\"")),
            [] as [usize; 0]
        );
        assert_eq!(lines("README.md", CARGO_INDEX), [1]);
    }
}
