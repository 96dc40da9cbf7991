//! What a feed really honours, tried before it is relied upon: of the feeds in use, one that passes the official validator ignores both search and dates.

use super::get::{Getting, Got};
use super::list::PageOfList;
use super::{CrawlError, GetError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use services_directory::import::text::shown;

/// What a feed says of itself, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    pub version: Option<String>,
    pub profile: Option<String>,
    /// The list says how many services there are.
    pub total_items: Honoured,
    /// Page 2 is another than page 1.
    pub paging: Honoured,
    /// No more come than were asked for.
    pub per_page: Honoured,
    /// Nothing was edited after the year 2099.
    pub modified_after: Honoured,
    /// Nothing is found for letters that are no word.
    pub search: Honoured,
    /// A service by its id.
    pub details: Honoured,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "status")]
pub enum Honoured {
    Yes,
    No,
    /// Answered by an error.
    Refused(u16),
    NotKnown,
}

impl Honoured {
    fn when(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::NotKnown { other } else { self }
    }

    pub fn words(self) -> String {
        match self {
            Self::Yes => "yes".to_owned(),
            Self::No => "no".to_owned(),
            Self::Refused(status) => format!("refused ({status})"),
            Self::NotKnown => "not known".to_owned(),
        }
    }
}

const NO_WORD: &str = "zzqxzzqx";

/// With the first page of the list, so that it need not be fetched again.
pub async fn probe(getting: &Getting) -> Result<(Capabilities, PageOfList), CrawlError> {
    let root = match getting.root().await {
        Ok(Got::Json(root)) => root,
        // Some feeds have no document at their root: that is told, and no reason to stop.
        _ => Value::Null,
    };
    let said = |key: &str| {
        root.get(key)
            .and_then(Value::as_str)
            .map(|text| shown(text, 200))
    };
    let per_page = getting.limits.per_page.to_string();
    let first = match getting
        .services(&[("page", "1"), ("per_page", &per_page)])
        .await
    {
        Ok(Got::Json(page)) => PageOfList::read(&page),
        Ok(Got::Missing(_)) | Err(GetError::NotJson) => None,
        Err(why) => {
            return Err(CrawlError::Get {
                what: "the list of services did not come",
                why,
            });
        }
    };
    let first = first.ok_or_else(|| CrawlError::NoList(getting.feed().as_str().to_owned()))?;
    let capabilities = Capabilities {
        version: said("version"),
        profile: said("profile"),
        total_items: Honoured::when(first.total_items.is_some()),
        paging: Honoured::NotKnown,
        per_page: per_page_honoured(getting, &first).await,
        modified_after: must_be_nothing(getting, "modified_after", "2099-01-01T00:00:00Z", &first)
            .await,
        search: must_be_nothing(getting, "search", NO_WORD, &first).await,
        details: Honoured::NotKnown,
    };
    Ok((capabilities, first))
}

async fn per_page_honoured(getting: &Getting, first: &PageOfList) -> Honoured {
    if first.count() < 2 {
        return Honoured::NotKnown;
    }
    match getting.services(&[("page", "1"), ("per_page", "1")]).await {
        Ok(Got::Json(page)) => {
            PageOfList::read(&page).map_or(Honoured::No, |page| Honoured::when(page.count() == 1))
        }
        other => refused(&other),
    }
}

/// A question whose right answer is an empty list.
async fn must_be_nothing(
    getting: &Getting,
    name: &str,
    value: &str,
    first: &PageOfList,
) -> Honoured {
    if first.count() == 0 {
        return Honoured::NotKnown;
    }
    match getting
        .services(&[(name, value), ("page", "1"), ("per_page", "1")])
        .await
    {
        Ok(Got::Json(page)) => PageOfList::read(&page).map_or(Honoured::No, |page| {
            Honoured::when(page.count() == 0 && page.total_items.unwrap_or(0) == 0)
        }),
        other => refused(&other),
    }
}

fn refused(got: &Result<Got, GetError>) -> Honoured {
    match got {
        Ok(Got::Missing(status)) | Err(GetError::Status(status)) => Honoured::Refused(*status),
        _ => Honoured::NotKnown,
    }
}
