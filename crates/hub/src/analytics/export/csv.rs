//! CSV by RFC 4180 in UTF-8: nothing between two commas is null, and `""` an empty text.

use std::io::{self, Write};

use super::super::cell::Cell;
use super::super::shape::Kind;
use super::text_of;

pub(super) fn header(out: &mut impl Write, columns: &[(&'static str, Kind)]) -> io::Result<()> {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    write!(out, "{}\r\n", names.join(","))
}

/// With `spreadsheet`, cells that a spreadsheet would take for formulas begin with an apostrophe.
pub(super) fn row(
    out: &mut impl Write,
    columns: &[(&'static str, Kind)],
    cells: &[Cell],
    spreadsheet: bool,
) -> io::Result<()> {
    for (place, ((_, kind), cell)) in columns.iter().zip(cells).enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        if let Some(text) = text_of(*kind, cell) {
            let is_written = matches!(kind, Kind::Text | Kind::List);
            let is_formula = spreadsheet && is_written && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            out.write_all(quoted(&if is_formula { format!("'{text}") } else { text }).as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

fn quoted(text: &str) -> String {
    match text.is_empty() || text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_differs_from_empty_and_formulas_are_guarded_only_when_asked() {
        let columns = [("a", Kind::Text), ("b", Kind::Int), ("c", Kind::Text), ("d", Kind::Bool), ("e", Kind::Time)];
        let cells = |text: &str| {
            [Cell::Text(text.into()), Cell::Int(-5), Cell::Null, Cell::Int(1), Cell::Int(1_764_338_602_123)]
        };
        let told = |text: &str, spreadsheet| {
            let mut out = Vec::new();
            row(&mut out, &columns, &cells(text), spreadsheet).unwrap();
            String::from_utf8(out).unwrap()
        };
        let rest = ",-5,,true,2025-11-28T14:03:22.123Z\r\n";
        for (text, plain, guarded) in [
            ("", "\"\"", "\"\""),
            ("=1+1", "=1+1", "'=1+1"),
            ("@a, \"b\"\n", "\"@a, \"\"b\"\"\n\"", "\"'@a, \"\"b\"\"\n\""),
            ("plain", "plain", "plain"),
        ] {
            assert_eq!(told(text, false), format!("{plain}{rest}"));
            assert_eq!(told(text, true), format!("{guarded}{rest}"));
        }
    }
}
