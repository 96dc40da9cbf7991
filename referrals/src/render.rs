//! The forms in which a referral leaves: plain text, HTML, and the mail that carries both and the PDF letter. Pure.

pub mod email;
pub mod html;
pub mod text;

#[cfg(test)]
mod sample;
