//! Builds the window's pages (ui/dist) when a source is newer than they are.

use crate::steps::Failure;
use crate::tool;
use std::path::Path;
use std::time::SystemTime;

/// Folders of ui/ that the built pages do not come from.
const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "dist-replay", "tests"];

pub fn build(ui: &Path) -> Result<(), Failure> {
    if !ui.join("package.json").exists() {
        println!("    {} has no package.json: nothing to build", ui.display());
        return Ok(());
    }
    let built = changed_at(&ui.join("dist").join("index.html"));
    if built.is_some() && built >= newest(ui) {
        println!("    newer than every source already");
        return Ok(());
    }
    tool::run(
        &mut tool::npm("npm", ui, &["run", "build"]),
        "Mend what Vite says above, then run the command again.",
    )
    .map(|_| ())
}

/// When a file was last written; nothing when it is not there.
pub fn changed_at(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file)
        .and_then(|about| about.modified())
        .ok()
}

/// The newest time of any source under a folder. A folder counts too, so that a file taken away is noticed.
fn newest(folder: &Path) -> Option<SystemTime> {
    let mut newest_so_far = None;
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let is_source = !NOT_SOURCES.iter().any(|name| entry.file_name() == *name);
        if is_source {
            let path = entry.path();
            newest_so_far = newest_so_far.max(changed_at(&path));
            if path.is_dir() {
                newest_so_far = newest_so_far.max(newest(&path));
            }
        }
    }
    newest_so_far
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::time::Duration;

    #[test]
    fn the_newest_source_counts_and_what_is_built_or_installed_does_not() {
        let folder =
            std::env::temp_dir().join(format!("onward-xtask-pages-{}", std::process::id()));
        let (early, late) = (
            SystemTime::UNIX_EPOCH + Duration::from_secs(1000),
            SystemTime::UNIX_EPOCH + Duration::from_secs(2000),
        );
        fs::create_dir_all(folder.join("src/deep")).unwrap();
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        for (file, time) in [
            ("src/deep/a.ts", late),
            ("index.html", early),
            (
                "node_modules/x.js",
                SystemTime::UNIX_EPOCH + Duration::from_secs(2999),
            ),
        ] {
            let opened = File::create(folder.join(file)).unwrap();
            opened.set_modified(time).unwrap();
        }
        for directory in ["src/deep", "src", "node_modules"] {
            File::open(folder.join(directory))
                .unwrap()
                .set_modified(early)
                .unwrap();
        }
        assert_eq!(newest(&folder), Some(late));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(newest(&folder), None);
    }
}
