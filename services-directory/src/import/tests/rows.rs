//! Tables as councils and charities keep them: saved by a spreadsheet, with whatever is in them.

use super::TODAY;
use crate::import::repair::Why;
use crate::import::rows::{Table, TableError, TableMapping};
use crate::model::{Category, OrganisationKind, Tier};
use store::clock::england;

const MAPPING: &str = r#"{
  "source": "https://council.example.gov.uk/services.csv",
  "licence": "OGL-UK-3.0",
  "id": "Ref",
  "columns": {
    "name": "Service",
    "description": ["What we do", "More"],
    "phone": "Tel",
    "url": "Web",
    "organization": "Run by",
    "charity_number": "Charity no",
    "helps_with": { "column": "Topics", "split": "|" },
    "category": { "column": "Type", "words": { "Walks": "exercise", "Talking": "talking-therapies" } }
  },
  "fixed": { "languages": "English" }
}"#;
const HEADER: &str = "Ref,Service,What we do,More,Tel,Web,Run by,Charity no,Topics,Type";

fn mapping() -> TableMapping {
    TableMapping::read(MAPPING).unwrap()
}

fn read(text: impl AsRef<[u8]>) -> Table {
    mapping().table(text.as_ref(), TODAY, &england()).unwrap()
}

fn refused(text: impl AsRef<[u8]>) -> TableError {
    mapping()
        .table(text.as_ref(), TODAY, &england())
        .unwrap_err()
}

#[test]
fn columns_fixed_values_lists_and_words_become_a_record() {
    let table = read(format!(
        "{HEADER}\n12,Leek Walks,A walk.,Each week.,Kim: 01632 960403,walk.example.org,Walkers,0000001,pain|low mood | ,Walks\n"
    ));
    assert_eq!(table.problems, []);
    let service = &table.services[0].service;
    assert_eq!(service.name, "Leek Walks");
    assert_eq!(service.description, "A walk.\nEach week.");
    assert_eq!(service.url.as_deref(), Some("https://walk.example.org"));
    assert_eq!(service.languages[0].name, "English");
    assert_eq!(service.onward.category, Category::Exercise);
    assert_eq!(service.onward.helps_with, ["pain", "low mood"]);
    assert_eq!(service.onward.tier, Tier::Unassured);
    assert_eq!(service.onward.licence.as_deref(), Some("OGL-UK-3.0"));
    assert_eq!(
        table.services[0].organization.organisation_kind,
        OrganisationKind::Charity
    );
    let whys: Vec<Why> = table.repairs.iter().map(|repair| repair.why).collect();
    assert_eq!(whys, [Why::LabelInPhone, Why::LinkForm]);
}

#[test]
fn utf_8_with_a_bom_windows_1252_and_utf_16_read_alike() {
    let text = format!("{HEADER}\n1,Café “Moorlands”,A – B £2,,,,,,,\n");
    let utf_8 = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    let windows: Vec<u8> = text
        .chars()
        .map(|c| match c {
            'é' => 0xE9,
            '“' => 0x93,
            '”' => 0x94,
            '–' => 0x96,
            '£' => 0xA3,
            plain => u8::try_from(plain).unwrap(),
        })
        .collect();
    assert!(std::str::from_utf8(&windows).is_err());
    let utf_16: Vec<u8> = "\u{FEFF}"
        .chars()
        .chain(text.chars())
        .flat_map(|c| (c as u16).to_le_bytes())
        .collect();
    for (bytes, encoding) in [
        (utf_8, "UTF-8"),
        (windows, "windows-1252"),
        (utf_16, "UTF-16LE"),
    ] {
        let table = read(bytes);
        assert_eq!(table.encoding, encoding);
        assert_eq!(table.services[0].service.name, "Café “Moorlands”");
        assert_eq!(table.services[0].service.description, "A – B £2");
    }
}

#[test]
fn semicolons_quotes_and_line_breaks_in_cells() {
    let header = HEADER.replace(',', ";");
    let table = read(format!(
        "{header}\r\n1;\"Walks; talks\";\"He said \"\"come\"\"\r\nand rest\";;;;;;;\r\n2;Second;;;;;;;;\r\n"
    ));
    assert_eq!((table.separator, table.services.len()), (';', 2));
    assert_eq!(table.services[0].service.name, "Walks; talks");
    assert_eq!(
        table.services[0].service.description,
        "He said \"come\"\nand rest"
    );
}

#[test]
fn a_header_that_does_not_match_names_what_is_missing_and_what_is_there() {
    let error = refused("Ref,Name,Tel\n1,x,y\n").to_string();
    for part in [
        "\"Service\"",
        "\"Run by\"",
        "it has: \"Ref\", \"Name\", \"Tel\"",
    ] {
        assert!(error.contains(part), "{error}");
    }
    let twice = format!("{HEADER},Service");
    assert_eq!(
        refused(format!("{twice}\n")),
        TableError::TwoColumns("Service".to_owned())
    );
}

#[test]
fn a_bad_row_is_told_with_its_line_and_the_others_are_taken() {
    let rows = "1,First,,,,,,,,\n2,Too,short\n3,\"Third\nof two lines\",,,,,,,,\n,No id,,,,,,,,\n1,Again,,,,,,,,\n6,,,,,,,,,\n7,Last,,,,,,,,\n";
    let table = read(format!("{HEADER}\n{rows}"));
    let names: Vec<&str> = table
        .services
        .iter()
        .map(|mapped| mapped.service.name.as_str())
        .collect();
    assert_eq!(names, ["First", "Third of two lines", "Last"]);
    let told: Vec<(u64, &str)> = table
        .problems
        .iter()
        .map(|row| (row.line, row.problem.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (3, "the row has 3 fields where the header has 10"),
            (6, "nothing stands under \"Ref\", the row's id"),
            (7, "the id \"1\" stands on line 2 too"),
            (8, "it has no name"),
        ]
    );
    assert!(
        table.listed.contains("6"),
        "a row that cannot be read is there all the same"
    );
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_pointed_out() {
    let rows: Vec<String> = (2..400)
        .map(|n| format!("{n},Service {n},,,,,,,,"))
        .collect();
    let rows = rows.join("\n");
    let table = read(format!("{HEADER}\n1,\"First,,,,,,,,\n{rows}"));
    assert_eq!(table.services.len(), 0);
    assert_eq!(table.problems.len(), 1);
    assert!(
        table.problems[0].problem.contains("quotation mark"),
        "{:?}",
        table.problems
    );
    assert_eq!(table.problems[0].line, 2);
}

#[test]
fn a_word_that_the_mapping_does_not_have_is_told() {
    let table = read(format!("{HEADER}\n1,First,,,,,,,,Yoga\n"));
    assert_eq!(table.services[0].service.onward.category, Category::Other);
    let mut whys = table.repairs.iter().map(|repair| repair.why);
    assert!(whys.any(|why| why == Why::UnknownWord));
}

#[test]
fn a_mapping_that_is_wrong_says_so() {
    for (wrong, part) in [
        (MAPPING.replace("\"name\":", "\"nmae\":"), "nmae"),
        (
            MAPPING.replace("\"phone\":", "\"email\":"),
            "never taken over",
        ),
        (
            MAPPING.replace("\"exercise\"", "\"excercise\""),
            "excercise",
        ),
        (
            MAPPING.replace("\"name\": \"Service\",", ""),
            "no column is the name",
        ),
        ("{".to_owned(), "not as it must be"),
    ] {
        let error = TableMapping::read(&wrong).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn an_empty_table_is_an_error_and_one_without_rows_is_not() {
    assert!(matches!(
        refused(""),
        TableError::NoColumn { .. } | TableError::Empty
    ));
    assert_eq!(read(format!("{HEADER}\n")).services.len(), 0);
}
