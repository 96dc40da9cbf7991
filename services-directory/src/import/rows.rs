//! A table (CSV) with a mapping file that says which column is what: each row becomes a raw record, and goes the way of a feed's record from there.

use super::open_referral::{Mapped, Mapping};
use super::repair::{Repair, Why};
use super::source::Source;
use crate::model::Category;
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a mapping file says. Only fields that it knows: a misspelt one must not pass unseen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// Whose table it is: an address or a name, kept with each record, and part of its id.
    pub source: String,
    #[serde(default)]
    pub licence: Option<String>,
    /// The column with each row's own id, which stays the same from one table to the next.
    pub id: String,
    /// One character; without it, whichever of comma, semicolon and tab the first line has most of.
    #[serde(default)]
    pub separator: Option<char>,
    #[serde(default)]
    pub encoding: Option<Encoding>,
    pub columns: BTreeMap<Field, Column>,
    /// The same for every row.
    #[serde(default)]
    pub fixed: BTreeMap<Field, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What a column can be. No e-mail address is among them: one for enquiries is never one for referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    Aliases,
    Description,
    Status,
    Url,
    Phone,
    MinimumAge,
    MaximumAge,
    Fees,
    LastModified,
    Languages,
    HelpsWith,
    ServiceAreas,
    Eligibility,
    HowToRefer,
    Accessibility,
    Category,
    Address,
    City,
    Postcode,
    Uprn,
    Organization,
    OrganizationWebsite,
    CharityNumber,
    CompanyNumber,
    OdsCode,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Column {
    One(String),
    /// Their texts, one below the other.
    Several(Vec<String>),
    With(ColumnWith),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnWith {
    pub column: String,
    /// What stands between the entries of a list.
    #[serde(default)]
    pub split: Option<String>,
    /// What each word of the table means here, such as {"Talking": "talking-therapies"}.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

/// Why a table cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("the mapping is not as it must be: {0}")]
    Mapping(String),
    #[error("the table has no column {missing}; it has: {there}. Correct the mapping or the table")]
    NoColumn { missing: String, there: String },
    #[error("the table has two columns {0:?}: rename one")]
    TwoColumns(String),
    #[error("the table is not {0}: save it as that, or say in the mapping what it is")]
    Encoding(&'static str),
    #[error("the table is larger than {0} MB: split it")]
    TooLarge(usize),
    #[error("the table is empty")]
    Empty,
    #[error("the separator must be one plain character")]
    Separator,
}

/// A row that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// As an editor counts; the header stands on line 1.
    pub line: u64,
    pub problem: String,
}

/// What was read of a table. With problems, it counts as incomplete.
#[derive(Debug)]
pub struct Table {
    pub services: Vec<Mapped>,
    /// The rows as they stood, by line, for whoever asks later.
    pub raw: Vec<Value>,
    pub listed: BTreeSet<String>,
    pub problems: Vec<RowProblem>,
    pub repairs: Vec<Repair>,
    pub encoding: &'static str,
    pub separator: char,
}

const MOST_MEGABYTES: usize = 64;
/// More lines than any cell has: a quotation mark that was never closed swallows the rest of the table.
const MOST_LINES_OF_A_ROW: u64 = 200;

impl TableMapping {
    pub fn read(text: &str) -> Result<Self, TableError> {
        let text = text.trim_start_matches('\u{FEFF}');
        let mapping: Self = serde_json::from_str(text).map_err(|error| {
            let more = if error.to_string().contains("mail") {
                " (an e-mail address is never taken over: it is for enquiries)"
            } else {
                ""
            };
            TableError::Mapping(format!("{error}{more}"))
        })?;
        if !mapping.columns.contains_key(&Field::Name) {
            return Err(TableError::Mapping("no column is the name".to_owned()));
        }
        for text in category_words(&mapping) {
            category(text).ok_or_else(|| {
                TableError::Mapping(format!("{text:?} is no category of a service"))
            })?;
        }
        Ok(mapping)
    }

    /// Every row that can be read, and what is wrong with each other one.
    pub fn table(
        &self,
        bytes: &[u8],
        today: Date,
        england: &TimeZone,
    ) -> Result<Table, TableError> {
        if bytes.len() > MOST_MEGABYTES << 20 {
            return Err(TableError::TooLarge(MOST_MEGABYTES));
        }
        let (text, encoding) = self.text_of(bytes)?;
        let separator = match self.separator {
            Some(named) => named,
            None => guessed_separator(&text),
        };
        let delimiter = u8::try_from(separator)
            .ok()
            .filter(u8::is_ascii)
            .ok_or(TableError::Separator)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(text.as_bytes());
        let columns = self.columns_of(reader.headers().map_err(|_| TableError::Empty)?)?;
        let source = Source::named(&self.source);
        let mut reading = Reading {
            mapping: self,
            into: Mapping {
                source: &source,
                today,
                england: england.clone(),
                licence: self.licence.clone(),
            },
            columns,
            first_lines: HashMap::new(),
            table: Table {
                services: Vec::new(),
                raw: Vec::new(),
                listed: BTreeSet::new(),
                problems: Vec::new(),
                repairs: Vec::new(),
                encoding,
                separator,
            },
        };
        let mut row = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut row) {
                Ok(false) => return Ok(reading.table),
                Ok(true) => {
                    let line = row.position().map_or(line, csv::Position::line);
                    let lines = reader.position().line().saturating_sub(line);
                    reading.row(line, lines, &row);
                }
                Err(error) => reading.problem(line, error.to_string()),
            }
        }
    }

    fn text_of(&self, bytes: &[u8]) -> Result<(String, &'static str), TableError> {
        if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
            let (text, _, broken) = encoding.decode(bytes);
            return if broken {
                Err(TableError::Encoding(encoding.name()))
            } else {
                Ok((text.into_owned(), encoding.name()))
            };
        }
        match (std::str::from_utf8(bytes), self.encoding) {
            (Ok(text), None | Some(Encoding::Utf8)) => Ok((text.to_owned(), "UTF-8")),
            (Err(_), Some(Encoding::Utf8)) => Err(TableError::Encoding("UTF-8")),
            _ => {
                let (text, _, _) = encoding_rs::WINDOWS_1252.decode(bytes);
                Ok((text.into_owned(), "windows-1252"))
            }
        }
    }

    /// Where each column stands that the mapping names.
    fn columns_of(&self, header: &csv::StringRecord) -> Result<Columns, TableError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let named = header.iter().map(|name| name.trim().to_owned());
        for (place, name) in named.clone().enumerate() {
            if self.names().any(|wanted| wanted == name) && places.contains_key(&name) {
                return Err(TableError::TwoColumns(name));
            }
            places.insert(name, place);
        }
        let missing: Vec<String> = self
            .names()
            .filter(|name| !places.contains_key(*name))
            .map(|name| format!("{name:?}"))
            .collect();
        if missing.is_empty() {
            return Ok(Columns {
                places,
                names: named.collect(),
            });
        }
        let there: Vec<String> = named.take(60).map(|name| format!("{name:?}")).collect();
        Err(TableError::NoColumn {
            missing: missing.join(", "),
            there: super::text::shown(&there.join(", "), 2_000),
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.columns.values().flat_map(Column::names))
    }
}

impl Column {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::One(name) => vec![name.as_str()],
            Self::Several(names) => names.iter().map(String::as_str).collect(),
            Self::With(with) => vec![with.column.as_str()],
        }
    }
}

fn category_words(mapping: &TableMapping) -> impl Iterator<Item = &str> {
    let words = match mapping.columns.get(&Field::Category) {
        Some(Column::With(with)) => with.words.values().collect(),
        _ => Vec::new(),
    };
    let fixed = mapping.fixed.get(&Field::Category);
    words.into_iter().chain(fixed).map(String::as_str)
}

fn category(text: &str) -> Option<Category> {
    serde_json::from_value(Value::String(text.trim().to_owned())).ok()
}

/// Outside quotation marks, whichever the first line has most of.
fn guessed_separator(text: &str) -> char {
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for c in text.chars() {
        if c == '\n' && !quoted {
            break;
        }
        quoted ^= c == '"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && c == *separator);
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(',', |(separator, _)| *separator)
}

struct Columns {
    places: HashMap<String, usize>,
    names: Vec<String>,
}

struct Reading<'a> {
    mapping: &'a TableMapping,
    into: Mapping<'a>,
    columns: Columns,
    /// On which line an id stood first.
    first_lines: HashMap<String, u64>,
    table: Table,
}

impl Reading<'_> {
    fn problem(&mut self, line: u64, problem: String) {
        self.table.problems.push(RowProblem { line, problem });
    }

    fn row(&mut self, line: u64, lines: u64, row: &csv::StringRecord) {
        let (there, wanted) = (row.len(), self.columns.names.len());
        if there == 1 && row.get(0).is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        if there != wanted || lines > MOST_LINES_OF_A_ROW {
            let quote = if lines > 1 {
                format!(", over {lines} lines: a quotation mark may not be closed")
            } else {
                String::new()
            };
            return self.problem(
                line,
                format!("the row has {there} fields where the header has {wanted}{quote}"),
            );
        }
        let id = self.cell(row, &self.mapping.id).trim().to_owned();
        if id.is_empty() {
            return self.problem(
                line,
                format!("nothing stands under {:?}, the row's id", self.mapping.id),
            );
        }
        if let Some(first) = self.first_lines.get(&id) {
            let problem = format!(
                "the id {:?} stands on line {first} too",
                super::text::shown(&id, 100)
            );
            return self.problem(line, problem);
        }
        self.first_lines.insert(id.clone(), line);
        self.table.listed.insert(id.clone());
        let as_it_stood = self.columns.names.iter().zip(row.iter());
        let as_it_stood: serde_json::Map<String, Value> = as_it_stood
            .map(|(name, cell)| (name.clone(), Value::from(cell)))
            .collect();
        self.table
            .raw
            .push(json!({ "id": id, "line": line, "raw": as_it_stood }));
        let (mapped, repairs) = self.into.map(&self.raw(&id, row));
        self.table.repairs.extend(repairs);
        match mapped {
            Ok(mut mapped) => {
                mapped.service.onward.category = self.category(&id, row);
                self.table.services.push(mapped);
            }
            Err(refused) => self.problem(line, refused.why),
        }
    }

    fn cell<'r>(&self, row: &'r csv::StringRecord, column: &str) -> &'r str {
        let place = self.columns.places.get(column);
        place.and_then(|place| row.get(*place)).unwrap_or_default()
    }

    fn text(&self, row: &csv::StringRecord, field: Field) -> String {
        let text = match self.mapping.columns.get(&field) {
            None => String::new(),
            Some(Column::One(name)) => self.cell(row, name).to_owned(),
            Some(Column::Several(names)) => {
                let texts = names.iter().map(|name| self.cell(row, name).trim());
                let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
                texts.join("\n")
            }
            Some(Column::With(with)) => {
                let cell = self.cell(row, &with.column).trim();
                with.words
                    .get(cell)
                    .cloned()
                    .unwrap_or_else(|| cell.to_owned())
            }
        };
        if text.trim().is_empty() {
            self.mapping.fixed.get(&field).cloned().unwrap_or_default()
        } else {
            text
        }
    }

    fn list(&self, row: &csv::StringRecord, field: Field) -> Vec<String> {
        let text = self.text(row, field);
        let split = match self.mapping.columns.get(&field) {
            Some(Column::With(with)) => with.split.as_deref().filter(|split| !split.is_empty()),
            _ => None,
        };
        let parts: Vec<&str> =
            split.map_or_else(|| vec![text.as_str()], |split| text.split(split).collect());
        let parts = parts.into_iter().map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    }

    fn category(&mut self, id: &str, row: &csv::StringRecord) -> Category {
        let text = self.text(row, Field::Category);
        if text.trim().is_empty() {
            return Category::Other;
        }
        category(&text).unwrap_or_else(|| {
            self.table.repairs.push(Repair {
                record: super::text::shown(id, 200),
                field: "category".to_owned(),
                from: super::text::shown(&text, 200),
                to: Some("other".to_owned()),
                why: Why::UnknownWord,
            });
            Category::Other
        })
    }

    /// In the form of Open Referral UK, so that the same repairs are made and told.
    fn raw(&self, id: &str, row: &csv::StringRecord) -> Value {
        let text = |field| self.text(row, field);
        let each = |field, entry: &dyn Fn(String) -> Value| -> Value {
            self.list(row, field).into_iter().map(entry).collect()
        };
        let named = |name: String| json!({ "name": name });
        let identifiers = [
            ("GB-CHC", Field::CharityNumber),
            ("GB-COH", Field::CompanyNumber),
            ("GB-NHS", Field::OdsCode),
        ];
        let identifiers: Value = identifiers
            .into_iter()
            .map(|(scheme, field)| (scheme, text(field)))
            .filter(|(_, id)| !id.trim().is_empty())
            .map(|(scheme, id)| json!({ "identifier_scheme": scheme, "identifier": id }))
            .collect();
        let organization = text(Field::Organization);
        let organization = if organization.trim().is_empty() {
            Value::Null
        } else {
            // A table has no ids of organisations: the name is all that there is.
            json!({
                "id": organization.trim(), "name": organization, "website": text(Field::OrganizationWebsite),
                "organization_identifiers": identifiers,
            })
        };
        // A table without a column for it lists what there is.
        let (columns, fixed) = (&self.mapping.columns, &self.mapping.fixed);
        let says_status =
            columns.contains_key(&Field::Status) || fixed.contains_key(&Field::Status);
        let status = if says_status {
            text(Field::Status)
        } else {
            "active".to_owned()
        };
        let uprn = text(Field::Uprn);
        let scheme = if uprn.trim().is_empty() { "" } else { "UPRN" };
        let mut raw = json!({
            "id": id, "name": text(Field::Name), "alternate_name": text(Field::Aliases),
            "description": text(Field::Description), "status": status, "url": text(Field::Url),
            "minimum_age": text(Field::MinimumAge), "maximum_age": text(Field::MaximumAge),
            "fees": text(Field::Fees), "last_modified": text(Field::LastModified),
            "eligibility_description": text(Field::Eligibility), "application_process": text(Field::HowToRefer),
            "languages": each(Field::Languages, &named), "service_areas": each(Field::ServiceAreas, &named),
            "attributes": each(Field::HelpsWith, &|name| json!({ "taxonomy_term": { "name": name } })),
            "phones": each(Field::Phone, &|number| json!({ "number": number })),
            "organization": organization,
            "service_at_locations": [{ "location": {
                "external_identifier": uprn, "external_identifier_type": scheme,
                "addresses": [{ "address_1": text(Field::Address), "city": text(Field::City), "postal_code": text(Field::Postcode) }],
                "accessibility": [{ "description": text(Field::Accessibility) }],
            } }],
        });
        // An empty cell is a cell without anything in it, and nothing to be repaired.
        without_empty(&mut raw);
        raw
    }
}

fn without_empty(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(without_empty);
            fields.retain(|_, field| !is_empty(field));
        }
        Value::Array(entries) => {
            entries.iter_mut().for_each(without_empty);
            entries.retain(|entry| !is_empty(entry));
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
