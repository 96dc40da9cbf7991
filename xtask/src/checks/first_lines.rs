//! Each source file begins with a comment that says in a sentence what it is.

use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};

const ENDINGS: [&str; 5] = [".rs", ".ts", ".mjs", ".js", ".svelte"];
const FEWEST_WORDS: usize = 3;

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let sources: Vec<&SourceFile> = tree
        .files
        .iter()
        .filter(|file| file.ends_with_any(&ENDINGS))
        .collect();
    checked.saw(sources.len(), "source files");
    for file in sources {
        if !begins_with_a_sentence(file) {
            checked.findings.push(Finding::new(
                &file.path,
                1,
                "does not begin by saying in a sentence what it is",
            ));
        }
    }
    checked
}

fn begins_with_a_sentence(file: &SourceFile) -> bool {
    let mut lines = file
        .text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.starts_with("#!/"));
    let first = lines.next().unwrap_or_default().trim();
    let markers: &[&str] = match file.path.rsplit('.').next() {
        Some("rs") => &["//!"],
        Some("svelte") => &["<!--"],
        _ => &["//", "/**", "/*"],
    };
    let Some(said) = markers.iter().find_map(|marker| first.strip_prefix(marker)) else {
        return false;
    };
    // `<!--` and `/**` may stand alone on their line.
    let said = if said.trim_matches(['*', '-', ' ']).is_empty() && !said.starts_with("//") {
        lines.next().unwrap_or_default()
    } else {
        said
    };
    said.split_whitespace()
        .filter(|word| word.contains(char::is_alphabetic))
        .count()
        >= FEWEST_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_its_sentence_is_caught() {
        let tree = Tree::of(&[
            ("a.rs", "//! What this is about.\n"),
            ("b.rs", "// Not a comment of the module.\n"),
            ("c.rs", "//! x\nfn main() {}"),
            ("d.rs", "use std::fmt;\n//! Too late for this.\n"),
            ("e.ts", "// What this is about.\n"),
            ("f.svelte", "<!-- What this is about. -->\n"),
            ("g.svelte", "<script>\n// what this is\n"),
            ("h.ts", "/**\n * What this is about.\n */"),
            ("i.md", "no rule for this"),
            ("j.ts", ""),
        ]);
        let checked = check(&tree);
        let paths: Vec<&str> = checked
            .findings
            .iter()
            .map(|finding| finding.path.as_str())
            .collect();
        assert_eq!(paths, ["b.rs", "c.rs", "d.rs", "g.svelte", "j.ts"]);
        assert_eq!(checked.seen, ["9 source files"]);
    }
}
