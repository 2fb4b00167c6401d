//! Short texts that people and programs give: names, reasons, tags.

use crate::blank::is_blank;
use crate::limits;
use crate::rejection::Rejection;

/// Refuses labels (names, reasons, tags) that are empty or too long.
///
/// # Errors
/// `Rejection::Invalid` naming `field`.
pub fn check_label(field: &str, value: &str) -> Result<(), Rejection> {
    if is_blank(value) {
        return Err(Rejection::blank(field));
    }
    if value.chars().count() > limits::LABEL_CHARS {
        return Err(Rejection::invalid(field, format!("between 1 and {} characters are needed", limits::LABEL_CHARS)));
    }
    Ok(())
}

/// Like [`check_label`], for a label that may be absent or empty.
pub(crate) fn check_remark(field: &str, value: Option<&str>) -> Result<(), Rejection> {
    match value {
        Some(text) if text.chars().count() > limits::TEXT_CHARS => {
            Err(Rejection::invalid(field, format!("longer than {} characters", limits::TEXT_CHARS)))
        }
        _ => Ok(()),
    }
}
