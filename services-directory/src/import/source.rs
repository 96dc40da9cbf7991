//! Where imported records come from, and the ids that they get here: the same ones at each import, whatever the feed uses for ids.

use crate::ids::{OrganizationId, ServiceId};
use crate::model::ExternalId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::hex;

/// The beginning of every id that an import gives.
pub const IMPORTED: &str = "imported:";

/// A feed or a table, by its address or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
}

impl Source {
    /// An address is taken without the slash at its end, and with its host in lower case, so that each way to write it is the same feed.
    pub fn named(name: &str) -> Self {
        let name = name.trim().trim_end_matches('/');
        let name = match name.split_once("://") {
            Some((scheme, rest)) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let (host, path) = rest.split_at(end);
                format!(
                    "{}://{}{path}",
                    scheme.to_ascii_lowercase(),
                    host.to_ascii_lowercase()
                )
            }
            None => name.to_owned(),
        };
        Self { name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn external(&self, id: &str) -> ExternalId {
        ExternalId {
            scheme: self.name.clone(),
            id: id.to_owned(),
        }
    }

    /// An id of a feed means something only together with the feed: two feeds may give the same one.
    fn key(&self, kind: &str, id: &str) -> String {
        let digest = Sha256::digest(format!("{kind}|{}|{id}", self.name));
        let digest = hex(&digest);
        format!("{IMPORTED}{}", digest.get(..32).unwrap_or(&digest))
    }

    pub fn service_id(&self, id: &str) -> Option<ServiceId> {
        ServiceId::parse(&self.key("service", id)).ok()
    }

    pub fn organization_id(&self, id: &str) -> Option<OrganizationId> {
        OrganizationId::parse(&self.key("organization", id)).ok()
    }
}

/// The id that a feed gives a record: any short text, or a whole number. None: the record cannot be told from others.
pub fn id_of(raw: &Value) -> Option<String> {
    let id = match raw.get("id")? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    let hidden = id.chars().any(char::is_control);
    (!id.is_empty() && id != "-1" && id.len() <= 200 && !hidden).then_some(id)
}
