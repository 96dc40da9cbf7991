//! What the window's pages may do: no files, no programs, no network of their own, and no wildcards.

use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};
use serde_json::Value;

const FOLDER: &str = "src-tauri/capabilities/";
const FORBIDDEN: [&str; 3] = ["fs:", "shell:", "http:"];

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let files: Vec<&SourceFile> = tree
        .files
        .iter()
        .filter(|file| file.path.starts_with(FOLDER))
        .collect();
    checked.saw(files.len(), "capability files");
    for file in files {
        // Tauri reads TOML and JSON5 as well; one form is enough to be read by this rule.
        let parsed = if file.ends_with_any(&[".json"]) {
            serde_json::from_str(&file.text).ok()
        } else {
            None
        };
        match parsed {
            Some(value) => texts(&value)
                .into_iter()
                .filter_map(breach)
                .for_each(|what| checked.findings.push(Finding::new(&file.path, 1, what))),
            None => checked.findings.push(Finding::new(
                &file.path,
                1,
                "is not JSON, so its rights cannot be checked",
            )),
        }
    }
    let manifests: Vec<&SourceFile> = tree
        .files
        .iter()
        .filter(|file| matches!(file.path.as_str(), "src-tauri/Cargo.toml" | "Cargo.toml"))
        .collect();
    checked.saw(manifests.len(), "manifests");
    for file in manifests {
        for (line, _) in file.lines().filter(|(_, text)| names_devtools(text)) {
            checked.findings.push(Finding::new(
                &file.path,
                line,
                "turns on the developer tools, which show patients' data",
            ));
        }
    }
    checked
}

fn breach(text: &str) -> Option<String> {
    let plugin = FORBIDDEN
        .iter()
        .find(|plugin| text.starts_with(**plugin))
        .map(|plugin| format!("gives `{text}`: {plugin}… is not for pages"));
    plugin.or_else(|| {
        text.contains('*')
            .then(|| format!("gives `{text}`: each right and window is named, without `*`"))
    })
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "description")
            .flat_map(|(_, field)| texts(field))
            .collect(),
        _ => Vec::new(),
    }
}

/// A comment may name it.
fn names_devtools(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default();
    code.contains("\"devtools\"") || code.contains("tauri/devtools")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).findings.len()
    }

    #[test]
    fn a_right_that_pages_must_not_have_is_caught() {
        let path = "src-tauri/capabilities/main.json";
        let with = |permission: &str| {
            format!(
                "{{\"identifier\":\"main\",\"windows\":[\"main\"],\"permissions\":[{permission}]}}"
            )
        };
        assert_eq!(count(path, &with("\"core:event:allow-listen\"")), 0);
        assert_eq!(count(path, &with("\"fs:allow-read-file\"")), 1);
        assert_eq!(
            count(
                path,
                &with("{\"identifier\":\"shell:allow-execute\",\"allow\":[]}")
            ),
            1
        );
        assert_eq!(
            count(
                path,
                &with("{\"identifier\":\"http:default\",\"allow\":[{\"url\":\"https://*\"}]}")
            ),
            2
        );
        assert_eq!(count(path, "{\"windows\":[\"*\"]}"), 1);
        assert_eq!(count(path, "not JSON"), 1);
        assert_eq!(
            count("src-tauri/capabilities/main.toml", "windows = [\"*\"]"),
            1
        );
    }

    #[test]
    fn developer_tools_are_caught() {
        assert_eq!(
            count(
                "src-tauri/Cargo.toml",
                "tauri = { workspace = true, features = [\"devtools\"] }"
            ),
            1
        );
        assert_eq!(
            count("src-tauri/Cargo.toml", "debug = [\"tauri/devtools\"]"),
            1
        );
        assert_eq!(
            count(
                "src-tauri/Cargo.toml",
                "# never \"devtools\"\ntauri.workspace = true"
            ),
            0
        );
    }
}
