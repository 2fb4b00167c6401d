//! One column of a segment: its cells as bytes, and back. Pure.
//!
//! A cell is a code of 0, 1, 2, 4 or 8 bytes, little-endian, as wide as the largest code needs. Code 0 is null. Any other
//! is one more than the distance from the smallest number, or than the place in a list of the different cells. So the
//! bytes are read where they lie, and a question pays for the columns that it names.

use std::collections::HashMap;
use std::sync::OnceLock;

use uuid::Uuid;

use crate::analytics::cell::Cell;

/// A decoded column.
#[derive(Debug)]
pub(crate) struct Column {
    of: Of,
    /// Bytes of one code; with none, every code is 1.
    width: usize,
    rows: usize,
    /// The whole column as it is stored.
    bytes: Vec<u8>,
    /// Where the codes begin.
    codes: usize,
    /// The numbers of all rows, once one of them was asked for: most questions read every row, some several times.
    numbers: OnceLock<Vec<Option<i64>>>,
}

#[derive(Debug)]
enum Of {
    /// The smallest number.
    Numbers(i64),
    /// The different cells, as they first came.
    List(Vec<Cell>),
}

const NUMBERS: u8 = 0;
const LIST: u8 = 1;

impl Column {
    /// Encodes cells.
    pub(crate) fn of(cells: &[Cell]) -> Self {
        let (of, codes) = coded(cells);
        let width = match codes.iter().max() {
            _ if codes.iter().all(|code| *code == 1) => 0,
            // All are null: the list is empty, and so every code means null.
            None | Some(0) => 0,
            Some(most) => match most {
                0..=0xff => 1,
                0x100..=0xffff => 2,
                0x1_0000..=0xffff_ffff => 4,
                _ => 8,
            },
        };
        let mut bytes =
            vec![if matches!(of, Of::Numbers(_)) { NUMBERS } else { LIST }, u8::try_from(width).unwrap_or(8)];
        bytes.extend(length(cells.len()));
        match &of {
            Of::Numbers(least) => bytes.extend(least.to_le_bytes()),
            Of::List(list) => write_list(list, &mut bytes),
        }
        let at = bytes.len();
        for code in codes {
            bytes.extend(code.to_le_bytes().iter().take(width));
        }
        Self { of, width, rows: cells.len(), bytes, codes: at, numbers: OnceLock::new() }
    }

    /// The stored form.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads the stored form; none if it is damaged.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = Reader(&bytes);
        let (kind, width) = (rest.one()?, usize::from(rest.one()?));
        let rows = rest.length()?;
        let of = match kind {
            NUMBERS => Of::Numbers(rest.number()?),
            LIST => Of::List(read_list(&mut rest)?),
            _ => return None,
        };
        let codes = bytes.len() - rest.0.len();
        let is_whole = matches!(width, 0 | 1 | 2 | 4 | 8) && rest.0.len() == rows.checked_mul(width)?;
        is_whole.then(|| Self { of, width, rows, bytes, codes, numbers: OnceLock::new() })
    }

    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The number in a row; none for null, a text or an id.
    #[inline]
    pub(crate) fn number(&self, row: usize) -> Option<i64> {
        match &self.of {
            Of::Numbers(least) => self.numbers.get_or_init(|| self.decoded(*least)).get(row).copied().flatten(),
            Of::List(_) => match self.listed(row)? {
                Cell::Int(number) => Some(*number),
                _ => None,
            },
        }
    }

    /// The text in a row; none for null, a number or an id.
    #[inline]
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        match self.listed(row)? {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id in a row; none for null, a number or a text.
    #[inline]
    pub(crate) fn id(&self, row: usize) -> Option<Uuid> {
        match self.listed(row)? {
            Cell::Bytes(bytes) => Some(Uuid::from_bytes(*bytes)),
            _ => None,
        }
    }

    /// The different cells of a list, and for each row its place in it, or none for null. Numbers have no list.
    pub(crate) fn list(&self) -> &[Cell] {
        match &self.of {
            Of::Numbers(_) => &[],
            Of::List(list) => list,
        }
    }

    /// The place of a row's cell in the list; none for null.
    #[inline]
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        usize::try_from(self.code(row).checked_sub(1)?).ok().filter(|place| *place < self.list().len())
    }

    /// The smallest and the largest number; none without numbers.
    pub(crate) fn bounds(&self) -> Option<(i64, i64)> {
        let mut numbers = (0..self.rows).filter_map(|row| self.number(row));
        let first = numbers.next()?;
        Some(numbers.fold((first, first), |(least, most), number| (least.min(number), most.max(number))))
    }

    /// The cell in a row.
    pub(crate) fn cell(&self, row: usize) -> Cell {
        match &self.of {
            Of::Numbers(_) => self.number(row).map_or(Cell::Null, Cell::Int),
            Of::List(_) => self.listed(row).cloned().unwrap_or(Cell::Null),
        }
    }

    #[inline]
    fn listed(&self, row: usize) -> Option<&Cell> {
        match &self.of {
            Of::Numbers(_) => None,
            Of::List(list) => list.get(usize::try_from(self.code(row).checked_sub(1)?).ok()?),
        }
    }

    fn decoded(&self, least: i64) -> Vec<Option<i64>> {
        let number = |code: u64| Some(least.wrapping_add(code.checked_sub(1)?.cast_signed()));
        let codes = self.bytes.get(self.codes..).unwrap_or_default();
        match self.width {
            0 => vec![number(1); self.rows],
            1 => codes.iter().map(|one| number((*one).into())).collect(),
            2 => codes.as_chunks().0.iter().map(|two| number(u16::from_le_bytes(*two).into())).collect(),
            4 => codes.as_chunks().0.iter().map(|four| number(u32::from_le_bytes(*four).into())).collect(),
            _ => codes.as_chunks().0.iter().map(|eight| number(u64::from_le_bytes(*eight))).collect(),
        }
    }

    /// Null beyond the last row.
    #[inline]
    fn code(&self, row: usize) -> u64 {
        let at = self.codes + row * self.width;
        let bytes = |width| self.bytes.get(at..at + width);
        match self.width {
            0 => u64::from(row < self.rows),
            1 => self.bytes.get(at).copied().map_or(0, u64::from),
            2 => bytes(2).and_then(|two| two.try_into().ok()).map_or(0, |two| u16::from_le_bytes(two).into()),
            4 => bytes(4).and_then(|four| four.try_into().ok()).map_or(0, |four| u32::from_le_bytes(four).into()),
            _ => bytes(8).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_le_bytes),
        }
    }
}

fn coded(cells: &[Cell]) -> (Of, Vec<u64>) {
    let numbers = cells.iter().filter_map(|cell| if let Cell::Int(number) = cell { Some(*number) } else { None });
    let bounds = numbers.fold(None, |bounds: Option<(i64, i64)>, number| {
        let (least, most) = bounds.unwrap_or((number, number));
        Some((least.min(number), most.max(number)))
    });
    let are_numbers = cells.iter().all(|cell| matches!(cell, Cell::Null | Cell::Int(_)));
    match bounds {
        // One code is kept for null.
        Some((least, most)) if are_numbers && most.abs_diff(least) < u64::MAX => {
            let code = |cell: &Cell| if let Cell::Int(number) = cell { number.abs_diff(least) + 1 } else { 0 };
            (Of::Numbers(least), cells.iter().map(code).collect())
        }
        _ => {
            let mut list = Vec::new();
            let mut known: HashMap<&Cell, u64> = HashMap::new();
            let code = |cell| match cell {
                &Cell::Null => 0,
                cell => *known.entry(cell).or_insert_with(|| {
                    list.push(cell.clone());
                    list.len() as u64
                }),
            };
            let codes = cells.iter().map(code).collect();
            (Of::List(list), codes)
        }
    }
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).expect("BUG: a segment has fewer than 4 billion cells").to_le_bytes()
}

const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const ID: u8 = 3;

fn write_list(list: &[Cell], bytes: &mut Vec<u8>) {
    bytes.extend(length(list.len()));
    for cell in list {
        match cell {
            Cell::Null => {}
            Cell::Int(number) => {
                bytes.push(NUMBER);
                bytes.extend(number.to_le_bytes());
            }
            Cell::Text(text) => {
                bytes.push(TEXT);
                bytes.extend(length(text.len()));
                bytes.extend(text.as_bytes());
            }
            Cell::Bytes(id) => {
                bytes.push(ID);
                bytes.extend(id);
            }
        }
    }
}

fn read_list(rest: &mut Reader<'_>) -> Option<Vec<Cell>> {
    let cells = rest.length()?;
    // A damaged length reserves nothing.
    let mut list = Vec::with_capacity(cells.min(rest.0.len()));
    for _ in 0..cells {
        list.push(match rest.one()? {
            NUMBER => Cell::Int(rest.number()?),
            TEXT => {
                let length = rest.length()?;
                Cell::Text(std::str::from_utf8(rest.take(length)?).ok()?.to_owned())
            }
            ID => Cell::Bytes(rest.take(16)?.try_into().ok()?),
            _ => return None,
        });
    }
    Some(list)
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn one(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.take(4)?.try_into().ok()?)).ok()
    }

    fn number(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells() -> impl Strategy<Value = Vec<Cell>> {
        let numbers = prop_oneof![
            Just(Cell::Null),
            (-300_i64..300).prop_map(Cell::Int),
            (1_788_000_000_000_i64..1_789_000_000_000).prop_map(Cell::Int),
            any::<i64>().prop_map(Cell::Int),
            prop_oneof![Just(i64::MIN), Just(i64::MAX)].prop_map(Cell::Int),
        ];
        let small = prop_oneof![Just(Cell::Null), (0_i64..3).prop_map(Cell::Int)];
        let texts = prop_oneof![Just(Cell::Null), "[a-cé]{0,3}".prop_map(Cell::Text)];
        let ids = prop_oneof![Just(Cell::Null), (0_u8..4).prop_map(|byte| Cell::Bytes([byte; 16]))];
        let any = prop_oneof![numbers.clone(), texts.clone(), ids.clone()];
        prop_oneof![
            proptest::collection::vec(numbers, 0..40),
            proptest::collection::vec(small, 0..600),
            proptest::collection::vec(texts, 0..40),
            proptest::collection::vec(ids, 0..40),
            proptest::collection::vec(any, 0..40),
        ]
    }

    fn cell(column: &Column, row: usize) -> Cell {
        let number = column.number(row).map(Cell::Int);
        let text = || column.text(row).map(|text| Cell::Text(text.into()));
        number.or_else(text).or_else(|| column.id(row).map(|id| Cell::Bytes(id.into_bytes()))).unwrap_or(Cell::Null)
    }

    proptest! {
        #[test]
        fn a_column_gives_back_what_was_put_in(cells in cells()) {
            let made = Column::of(&cells);
            let read = Column::read(made.bytes().to_vec()).unwrap();
            prop_assert_eq!(read.len(), cells.len());
            for column in [&made, &read] {
                let found: Vec<_> = (0..cells.len()).map(|row| cell(column, row)).collect();
                prop_assert_eq!(&found, &cells);
                prop_assert_eq!(cell(column, cells.len()), Cell::Null, "nothing is beyond the last row");
            }
            let numbers = cells.iter().filter_map(|cell| if let Cell::Int(number) = cell { Some(*number) } else { None });
            prop_assert_eq!(read.bounds(), numbers.clone().min().zip(numbers.max()));
        }

        #[test]
        fn damage_is_found_or_harmless(cells in cells(), cut in any::<prop::sample::Index>(), to in any::<u8>()) {
            let bytes = Column::of(&cells).bytes().to_vec();
            let at = cut.index(bytes.len());
            prop_assert!(Column::read(bytes[..at].to_vec()).is_none(), "a part is no column");
            let mut changed = bytes;
            changed[at] = to;
            if let Some(column) = Column::read(changed) {
                (0..column.len().min(1_000)).for_each(|row| drop(cell(&column, row)));
            }
        }
    }

    #[test]
    fn cells_take_the_bytes_that_they_need() {
        // Without the kind, the width, and how many cells there are.
        let size = |cells: &[Cell]| Column::of(cells).bytes().len() - (2 + 4);
        assert_eq!(size(&vec![Cell::Int(1_788_220_800_000); 1_000]), 8, "one number for all rows");
        assert_eq!(size(&vec![Cell::Null; 1_000]), 4, "an empty list");
        let times: Vec<_> = (0..1_000).map(|row| Cell::Int(1_788_220_800_000 + row * 1_000_000)).collect();
        assert_eq!(size(&times), 8 + 4_000);
    }
}
