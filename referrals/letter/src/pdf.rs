//! The PDF: fills `letter.typ`, lays it out with the embedded fonts and exports PDF/UA-1 (tagged, readable aloud).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use typst::foundations::{Array, Bytes, Dict, IntoValue, Smart, Value};
use typst::layout::Abs;
use typst::text::{Font, FontInstance, FontVariant, FontVariations};
use typst_as_lib::{TypstEngine, TypstTemplateMainFile};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::clean::{breakable, one_line, paragraphs, with_notes};
use crate::{DEMONSTRATION, LetterContent, LetterRow, LetterSection};

const TEMPLATE: &str = include_str!("letter.typ");
const REGULAR: &[u8] = include_bytes!("../fonts/LiberationSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/LiberationSans-Bold.ttf");

/// The value column of the template is 125 mm: 33.7 em of its 10.5 points. Labels and headings have more.
const COLUMN_EM: f64 = 33.0;
/// The title's 19 points leave 25.3 em of the page.
const TITLE_EM: f64 = 25.0;

const ABOUT_NOTES: &str = "A note such as [U+1F600] stands for a character that this page cannot show. \
    The text of the e-mail that came with this letter has the character itself.";

/// Why there is no PDF. None says what stood in the letter, so that an error can be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    #[error("the embedded fonts cannot be read")]
    Fonts,
    #[error("the letter could not be laid out")]
    Layout,
    #[error("the letter could not be written as PDF/UA-1")]
    Export,
}

/// The letter as PDF/UA-1. Equal content gives equal bytes.
pub fn pdf(content: &LetterContent) -> Result<Vec<u8>, LetterError> {
    // Typst is much code that meets whatever somebody pasted: should it panic, one letter fails and nothing else.
    catch_unwind(AssertUnwindSafe(|| {
        export(&layout(content)?, &content.reference)
    }))
    .map_err(|_| LetterError::Layout)?
}

/// Typst with its fonts parsed.
struct Press {
    engine: TypstEngine<TypstTemplateMainFile>,
    fonts: Vec<FontInstance>,
}

impl Press {
    fn get() -> Result<&'static Self, LetterError> {
        static PRESS: OnceLock<Option<Press>> = OnceLock::new();
        PRESS
            .get_or_init(Self::new)
            .as_ref()
            .ok_or(LetterError::Fonts)
    }

    fn new() -> Option<Self> {
        let fonts = [REGULAR, BOLD]
            .into_iter()
            .map(|bytes| Font::new(Bytes::new(bytes), 0))
            .collect::<Option<Vec<Font>>>()?;
        // The default of evicting Typst's cache after each letter stays: the cache would keep the patient's words.
        let engine = TypstEngine::builder()
            .main_file(TEMPLATE)
            .fonts(fonts.clone())
            .build();
        let variant = FontVariant::default();
        let fonts = fonts
            .into_iter()
            .map(|font| font.instantiate(variant, Abs::zero(), &FontVariations::default()))
            .collect();
        Some(Self { engine, fonts })
    }

    /// The width of a character in the wider of the fonts; none where a font lacks it.
    fn width_em(&self, c: char) -> Option<f64> {
        self.fonts.iter().try_fold(0.0, |widest: f64, font| {
            let glyph = font.ttf().glyph_index(c)?;
            Some(widest.max(font.x_advance(glyph.0)?.get()))
        })
    }
}

fn layout(content: &LetterContent) -> Result<PagedDocument, LetterError> {
    let press = Press::get()?;
    let inputs = Inputs::new(press).letter(content);
    let compiled = press.engine.compile_with_input::<_, PagedDocument>(inputs);
    compiled.output.map_err(|_| LetterError::Layout)
}

fn export(document: &PagedDocument, reference: &str) -> Result<Vec<u8>, LetterError> {
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|_| LetterError::Export)?;
    let options = PdfOptions {
        ident: Smart::Custom(reference.to_owned()),
        creator: Smart::Custom(Some("Onward".to_owned())),
        timestamp: None,
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|_| LetterError::Export)
}

/// Turns the content into the template's values, and remembers whether a character had to become a note.
struct Inputs<'a> {
    press: &'a Press,
    noted: bool,
}

impl<'a> Inputs<'a> {
    fn new(press: &'a Press) -> Self {
        Self {
            press,
            noted: false,
        }
    }

    fn letter(mut self, content: &LetterContent) -> Dict {
        let sections: Array = content.sections.iter().map(|s| self.section(s)).collect();
        let mut closing: Array = content
            .closing
            .iter()
            .flat_map(|text| self.paragraphs(text))
            .collect();
        let band = if content.demonstration {
            DEMONSTRATION
        } else {
            ""
        };
        let mut letter = Dict::new();
        letter.insert("band".into(), band.into_value());
        letter.insert("title".into(), self.title(&content.title));
        letter.insert("reference".into(), self.line(&content.reference));
        letter.insert("dated".into(), self.line(&content.dated));
        letter.insert("sections".into(), sections.into_value());
        if self.noted {
            closing.extend(self.paragraphs(ABOUT_NOTES));
        }
        letter.insert("closing".into(), closing.into_value());
        letter
    }

    /// PDF/UA asks for a first heading that is not empty.
    fn title(&mut self, title: &str) -> Value {
        let title = one_line(title);
        let title = if title.is_empty() { "Referral" } else { &title };
        self.set(title, TITLE_EM)
    }

    fn section(&mut self, section: &LetterSection) -> Value {
        let rows: Array = section.rows.iter().map(|row| self.row(row)).collect();
        let mut dict = Dict::new();
        dict.insert("heading".into(), self.line(&section.heading));
        dict.insert("rows".into(), rows.into_value());
        dict.into_value()
    }

    fn row(&mut self, row: &LetterRow) -> Value {
        let mut dict = Dict::new();
        dict.insert("label".into(), self.line(&row.label));
        let value: Array = self.paragraphs(&row.value).into_iter().collect();
        dict.insert("value".into(), value.into_value());
        dict.into_value()
    }

    fn paragraphs(&mut self, text: &str) -> Vec<Value> {
        paragraphs(text)
            .iter()
            .map(|lines| {
                let lines: Array = lines.iter().map(|line| self.line(line)).collect();
                lines.into_value()
            })
            .collect()
    }

    fn line(&mut self, text: &str) -> Value {
        self.set(text, COLUMN_EM)
    }

    fn set(&mut self, text: &str, column_em: f64) -> Value {
        let width = |c| self.press.width_em(c);
        let (shown, noted) = with_notes(&one_line(text), |c| width(c).is_some());
        self.noted |= noted;
        breakable(&shown, column_em, |c| width(c).unwrap_or(0.0)).into_value()
    }
}

#[cfg(test)]
mod tests;
