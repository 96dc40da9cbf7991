//! What became of a service that has left the directory, as the window shows it.

use super::directory::code;
use crate::views::LeftView;
use engine::Left;
use referrals::patient::cui_date;

/// By the name that it had.
pub(super) fn left_view(name: &str, left: &Left) -> LeftView {
    let (successor_id, successor_name) = left
        .successor
        .as_ref()
        .map(|successor| (successor.id.to_string(), successor.name.clone()))
        .unzip();
    LeftView {
        id: left.id.to_string(),
        name: name.to_owned(),
        reason: code(&left.reason),
        on: cui_date(left.on),
        successor_id,
        successor_name,
    }
}
