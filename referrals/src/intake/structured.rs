//! Reads JSON, XML and HL7 version 2 as labels and values, each where it stands in the text.

use super::clean::{Span, trimmed};
use super::hits::{Place, Whose, label_of_all};
use super::labels::{Label, Other, exact};
use super::scan::{Entry, Owner};
use serde::de::IgnoredAny;

/// The entries of a structured text; None where it is not one, or has nothing that we read.
pub fn entries(text: &str) -> Option<Vec<Entry>> {
    let start = text.trim_start();
    let found = if start.starts_with(['{', '[']) {
        serde_json::from_str::<IgnoredAny>(start).ok()?;
        from_leaves(text, &json_leaves(text))
    } else if start.starts_with('<') && start.contains("</") {
        from_leaves(text, &xml_leaves(text))
    } else if start.starts_with("MSH|") || start.starts_with("PID|") {
        hl7(text)
    } else {
        return None;
    };
    let read = |entry: &Entry| {
        matches!(
            entry.label,
            Label::NhsNumber | Label::BirthDate | Label::Family | Label::FullName
        )
    };
    found.iter().any(read).then_some(found)
}

/// An object of JSON, or an element of XML.
struct Node {
    parent: Option<usize>,
    key: String,
}

/// A plain value, and the object that it stands in.
struct Leaf {
    node: usize,
    key: String,
    span: Span,
    decoded: Option<String>,
}

#[derive(Default)]
struct Leaves {
    nodes: Vec<Node>,
    leaves: Vec<Leaf>,
}

fn json_leaves(text: &str) -> Leaves {
    let mut out = Leaves::default();
    let mut open: Vec<(Option<usize>, String)> = Vec::new();
    let mut key = String::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => {
                let parent = open.iter().rev().find_map(|(node, _)| *node);
                out.nodes.push(Node {
                    parent,
                    key: key.clone(),
                });
                open.push((Some(out.nodes.len() - 1), key.clone()));
            }
            b'[' => open.push((None, key.clone())),
            b'}' | b']' => {
                if let Some((_, outer)) = open.pop() {
                    key = outer;
                }
            }
            b'"' => {
                let end = string_end(bytes, at + 1);
                let span = at + 1..end;
                let raw = text.get(span.clone()).unwrap_or_default();
                let decoded = if raw.contains('\\') {
                    text.get(at..=end)
                        .and_then(|s| serde_json::from_str::<String>(s).ok())
                } else {
                    None
                };
                at = end;
                let after = text.get(end + 1..).unwrap_or_default();
                let is_key = after
                    .get(..after.len().min(40))
                    .unwrap_or(after)
                    .trim_start()
                    .starts_with(':');
                if is_key {
                    raw.clone_into(&mut key);
                } else if let Some(node) = open.iter().rev().find_map(|(node, _)| *node) {
                    out.leaves.push(Leaf {
                        node,
                        key: key.clone(),
                        span,
                        decoded,
                    });
                }
            }
            b't' | b'f' | b'-' | b'0'..=b'9' => {
                let end = (at..=bytes.len())
                    .find(|end| {
                        bytes
                            .get(*end)
                            .is_none_or(|b| !b.is_ascii_alphanumeric() && !b"+-.".contains(b))
                    })
                    .unwrap_or(at);
                if let Some(node) = open.iter().rev().find_map(|(node, _)| *node) {
                    out.leaves.push(Leaf {
                        node,
                        key: key.clone(),
                        span: at..end,
                        decoded: None,
                    });
                }
                at = end.max(at + 1) - 1;
            }
            _ => {}
        }
        at += 1;
    }
    out
}

fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn xml_leaves(text: &str) -> Leaves {
    let mut out = Leaves {
        nodes: vec![Node {
            parent: None,
            key: String::new(),
        }],
        leaves: Vec::new(),
    };
    let mut open = vec![0_usize];
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let tag_start = at + found;
        let node = open.last().copied().unwrap_or(0);
        push_text(text, at..tag_start, node, &mut out);
        let Some(tag_end) = text
            .get(tag_start..)
            .and_then(|rest| rest.find('>'))
            .map(|end| tag_start + end)
        else {
            break;
        };
        let inside = text.get(tag_start + 1..tag_end).unwrap_or_default();
        at = tag_end + 1;
        if inside.starts_with(['!', '?']) {
            continue;
        }
        if inside.starts_with('/') {
            if open.len() > 1 {
                open.pop();
            }
            continue;
        }
        let name = inside
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or(name).to_owned();
        out.nodes.push(Node {
            parent: Some(node),
            key: local,
        });
        let new = out.nodes.len() - 1;
        push_attributes(text, tag_start + 1 + name.len()..tag_end, new, &mut out);
        if !inside.ends_with('/') {
            open.push(new);
        }
    }
    out
}

fn push_text(text: &str, span: Span, node: usize, out: &mut Leaves) {
    let span = super::clean::trimmed(text, &span, &[]);
    if !span.is_empty() {
        let (key, parent) = out
            .nodes
            .get(node)
            .map_or((String::new(), None), |n| (n.key.clone(), n.parent));
        out.leaves.push(Leaf {
            node: parent.unwrap_or(node),
            key,
            decoded: entities(text.get(span.clone()).unwrap_or_default()),
            span,
        });
    }
}

/// FHIR's XML says `<family value="Smith"/>`: the element is the key, its parent the object.
fn push_attributes(text: &str, span: Span, node: usize, out: &mut Leaves) {
    let piece = text.get(span.clone()).unwrap_or_default();
    let mut at = 0;
    while let Some(equals) = piece
        .get(at..)
        .and_then(|rest| rest.find('='))
        .map(|found| at + found)
    {
        let name = piece.get(at..equals).unwrap_or_default().trim();
        let Some(quote) = piece
            .get(equals + 1..)
            .and_then(|rest| rest.chars().next())
            .filter(|c| matches!(c, '"' | '\''))
        else {
            at = equals + 1;
            continue;
        };
        let start = equals + 2;
        let Some(end) = piece
            .get(start..)
            .and_then(|rest| rest.find(quote))
            .map(|found| start + found)
        else {
            return;
        };
        let value = span.start + start..span.start + end;
        let decoded = entities(text.get(value.clone()).unwrap_or_default());
        let (key, parent) = out
            .nodes
            .get(node)
            .map_or((String::new(), None), |n| (n.key.clone(), n.parent));
        let leaf = if name == "value" {
            Leaf {
                node: parent.unwrap_or(node),
                key,
                span: value,
                decoded,
            }
        } else {
            Leaf {
                node,
                key: name.to_owned(),
                span: value,
                decoded,
            }
        };
        out.leaves.push(leaf);
        at = end + 1;
    }
}

fn entities(text: &str) -> Option<String> {
    text.contains('&').then(|| {
        text.replace("&apos;", "'")
            .replace("&#39;", "'")
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", " ")
            .replace("&amp;", "&")
    })
}

/// `nhsNumber`, `nhs_number`, `NHS-Number` as the words of a label.
fn key_words(key: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut lower_before = false;
    let mut fresh = true;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            lower_before = false;
            continue;
        }
        if fresh || (c.is_uppercase() && lower_before) {
            all.push(String::new());
        }
        fresh = false;
        lower_before = c.is_lowercase() || c.is_ascii_digit();
        if let Some(word) = all.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    all
}

fn key_label(key: &str) -> Option<Label> {
    let all = key_words(key);
    let words: Vec<&str> = all.iter().map(String::as_str).collect();
    exact(&words).or_else(|| match words.as_slice() {
        [first, rest @ ..] if matches!(*first, "patient" | "pt" | "client") => exact(rest),
        _ => None,
    })
}

fn from_leaves(text: &str, all: &Leaves) -> Vec<Entry> {
    let owners = owners(text, all);
    let mut entries = Vec::new();
    let (mut line, mut counted) = (0, 0);
    let mut heading: Option<(Label, Whose)> = None;
    // The other plain values of the same object: "system" beside "value".
    let mut beside: std::collections::HashMap<(usize, &str), &str> =
        std::collections::HashMap::new();
    for leaf in &all.leaves {
        beside
            .entry((leaf.node, leaf.key.as_str()))
            .or_insert_with(|| text.get(leaf.span.clone()).unwrap_or_default());
    }
    for leaf in &all.leaves {
        line += text
            .get(counted..leaf.span.start)
            .unwrap_or_default()
            .matches('\n')
            .count();
        counted = leaf.span.start.max(counted);
        let sibling =
            |key: &'static str| beside.get(&(leaf.node, key)).copied().unwrap_or_default();
        let old = matches!(
            sibling("use"),
            "old" | "maiden" | "nickname" | "temp" | "anonymous"
        );
        let parent = all
            .nodes
            .get(leaf.node)
            .map_or("", |node| node.key.as_str());
        let by_key = leaf_label(leaf, parent, sibling("system"), sibling("url")).filter(|_| !old);
        // In an HTML table a cell names the next one.
        let by_cell = heading.take();
        heading =
            label_of_all(text, &trimmed(text, &leaf.span, &[':'])).filter(|_| by_key.is_none());
        let (Some(label), whose) = (
            by_key
                .or(by_cell.map(|(label, _)| label))
                .filter(|_| heading.is_none()),
            by_cell.map(|(_, whose)| whose),
        ) else {
            continue;
        };
        let other = match (whose, label) {
            (Some(Whose::Of(other)), _) | (_, Label::Of(other)) => Some(other),
            _ => None,
        };
        let mut owner = owners.get(leaf.node).copied().unwrap_or(Owner::Patient);
        owner = other.map_or(owner, Owner::Of);
        if label == Label::PracticeOds && !matches!(owner, Owner::Of(Other::Relative)) {
            owner = Owner::Patient;
        }
        let written = text.get(leaf.span.clone()).unwrap_or_default();
        if written.is_empty() || written == "null" {
            continue;
        }
        entries.push(Entry {
            label,
            owner,
            start: leaf.span.start,
            value: leaf.span.clone(),
            decoded: leaf.decoded.clone(),
            line,
            place: Place::Start,
            said_patient: true,
        });
    }
    entries
}

fn leaf_label(leaf: &Leaf, parent: &str, system: &str, url: &str) -> Option<Label> {
    let key = leaf.key.as_str();
    let in_address = parent.to_lowercase().contains("addr");
    match key {
        "value" if system.to_lowercase().contains("nhs-number") => Some(Label::NhsNumber),
        "value" if system.contains("ods-organization") => Some(Label::PracticeOds),
        "value" => match system {
            "phone" | "sms" | "tel" | "mobile" => Some(Label::Phone),
            "email" => Some(Label::Email),
            _ => None,
        },
        "valueBoolean" if url.contains("nterpreter") => Some(Label::Interpreter),
        "line" | "city" | "district" | "town" | "county" if in_address || key == "line" => {
            Some(Label::AddressLine)
        }
        "text" if in_address => Some(Label::Address),
        "text" if parent == "name" => Some(Label::FullName),
        "display" | "text" if matches!(parent, "language" | "coding") => Some(Label::Language),
        "use" | "system" | "url" | "resourceType" | "type" | "id" | "reference" | "display"
        | "code" | "text" | "status" | "number" | "home" | "work"
            if parent != "patient" && key != "home" =>
        {
            None
        }
        "name" if in_address => Some(Label::AddressLine),
        _ => key_label(key),
    }
}

/// Whose the values of each object are: by the name of the object, of those around it, and by FHIR's resource type.
fn owners(text: &str, all: &Leaves) -> Vec<Owner> {
    let mut resource: Vec<Option<&str>> = vec![None; all.nodes.len()];
    for leaf in all.leaves.iter().filter(|leaf| leaf.key == "resourceType") {
        if let Some(slot) = resource.get_mut(leaf.node) {
            *slot = text.get(leaf.span.clone());
        }
    }
    let mut owners: Vec<Owner> = Vec::with_capacity(all.nodes.len());
    for (at, node) in all.nodes.iter().enumerate() {
        let around = node
            .parent
            .and_then(|parent| owners.get(parent))
            .copied()
            .unwrap_or(Owner::Patient);
        let of_resource = match resource.get(at).copied().flatten() {
            Some("Patient") => Some(Owner::Patient),
            Some("Bundle" | "Parameters") | None => None,
            Some(_) => Some(Owner::Of(Other::Hospital)),
        };
        owners.push(
            of_resource
                .or_else(|| owner_of_key(&node.key))
                .unwrap_or(around),
        );
    }
    owners
}

fn owner_of_key(key: &str) -> Option<Owner> {
    match key {
        "patient" | "Patient" => Some(Owner::Patient),
        "contact" | "link" => Some(Owner::Of(Other::Relative)),
        "telecom" | "name" | "address" | "identifier" | "extension" | "communication"
        | "coding" | "meta" => None,
        "generalPractitioner" | "managingOrganization" | "Practitioner" | "Organization" => {
            Some(Owner::Of(Other::Practice))
        }
        _ => match key_label(key)? {
            Label::Of(other) => Some(Owner::Of(other)),
            _ => None,
        },
    }
}

/// HL7 version 2: the patient is the PID segment (HL7 2.5.1, section 3.4.2).
fn hl7(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut start = 0;
    for (line, segment) in text.split('\n').enumerate() {
        if segment.starts_with("PID|") {
            let mut at = start;
            for (number, field) in segment.split('|').enumerate() {
                for (label, span) in hl7_field(number, field) {
                    let value = at + span.start..at + span.end;
                    entries.push(Entry {
                        label,
                        owner: Owner::Patient,
                        start: value.start,
                        value,
                        decoded: None,
                        line,
                        place: Place::Start,
                        said_patient: true,
                    });
                }
                at += field.len() + 1;
            }
        }
        start += segment.len() + 1;
    }
    entries
}

fn hl7_field(number: usize, field: &str) -> Vec<(Label, Span)> {
    let mut found = Vec::new();
    let mut start = 0;
    for repeat in field.split('~') {
        let mut at = start;
        let is_nhs = repeat.contains("NHS") || repeat.ends_with("NH");
        for (component, value) in repeat.split('^').enumerate() {
            let label = match (number, component) {
                (2 | 3, 0) if is_nhs => Some(Label::NhsNumber),
                (5, 0) => Some(Label::Family),
                (5, 1) => Some(Label::Given),
                (5, 4) => Some(Label::Title),
                (7, 0) => Some(Label::BirthDate),
                (8, 0) => Some(Label::Sex),
                (11, 0..=3) => Some(Label::AddressLine),
                (11, 4) => Some(Label::Postcode),
                (13 | 14, 0 | 11) => Some(Label::Phone),
                (13 | 14, 3) => Some(Label::Email),
                (15, 1) => Some(Label::Language),
                (29, 0) => Some(Label::DeathDate),
                (30, 0) => Some(Label::Deceased),
                _ => None,
            };
            if let Some(label) = label.filter(|_| !value.trim().is_empty() && value != "\"\"") {
                found.push((label, at..at + value.trim_end().len()));
            }
            at += value.len() + 1;
        }
        start += repeat.len() + 1;
    }
    found
}
