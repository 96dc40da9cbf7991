//! What an earlier export left in its folder: a service that is listed no more must not stay to be read.

use super::files;
use crate::CliError;
use serde_json::Value;
use services_directory::export::open_referral::{Page, is_uuid};
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// Takes away the files of earlier exports that are not among these pages, and says how many. Whatever else lies there stays.
pub fn take_away_what_left(to: &Path, pages: &[Page]) -> Result<usize, CliError> {
    let folder = to.join("services");
    let kept: HashSet<PathBuf> = pages.iter().map(|page| to.join(&page.path)).collect();
    let failed = |source| CliError::Output {
        path: folder.clone(),
        source,
    };
    let mut count = 0;
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !kept.contains(&path) && is_ours(&path)? {
            fs::remove_file(&path).map_err(failed)?;
            count += 1;
        }
    }
    Ok(count)
}

/// By its name and by what it says of itself: a page of a list, or a service under its own id.
fn is_ours(path: &Path) -> Result<bool, CliError> {
    let is_json = path.extension().is_some_and(|it| it == "json");
    let Some(stem) = path.file_stem().and_then(|it| it.to_str()) else {
        return Ok(false);
    };
    let number = stem.strip_prefix("page-");
    let number = number.and_then(|digits| digits.parse::<u64>().ok());
    if !is_json || !path.is_file() || (number.is_none() && !is_uuid(stem)) {
        return Ok(false);
    }
    let body: Value = serde_json::from_slice(&files::read(path)?).unwrap_or_default();
    Ok(match number {
        Some(number) => {
            body.get("page_number") == Some(&number.into()) && body.get("contents").is_some()
        }
        None => body.get("id").and_then(Value::as_str) == Some(stem),
    })
}
