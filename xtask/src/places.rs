//! Where things are: the project's folder, Cargo's target folder, the built program.

use std::path::{Path, PathBuf};

pub struct Places {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Places {
    /// The workspace around the current folder; Cargo says where when it is Cargo that started us.
    pub fn find() -> Option<Places> {
        let root = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => Path::new(&folder).parent()?.to_path_buf(),
            None => workspace_above(&std::env::current_dir().ok()?)?,
        };
        // A relative CARGO_TARGET_DIR counts from where Cargo was called, and the calls below are all made from the root.
        let target =
            root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Some(Places { root, target })
    }

    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    pub fn window_tests(&self) -> PathBuf {
        self.root.join("tests").join("window")
    }

    /// The program with the window, as a debug build leaves it.
    pub fn program(&self) -> PathBuf {
        self.target
            .join("debug")
            .join(format!("onward{}", std::env::consts::EXE_SUFFIX))
    }
}

fn workspace_above(from: &Path) -> Option<PathBuf> {
    let is_workspace = |folder: &&Path| {
        std::fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
    };
    from.ancestors().find(is_workspace).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_from_a_folder_inside_it() {
        let here = std::env::current_dir().unwrap();
        let root = workspace_above(&here.join("src")).unwrap();
        assert!(root.join("xtask").is_dir(), "{}", root.display());
        assert_eq!(workspace_above(Path::new("/")), None);
    }
}
