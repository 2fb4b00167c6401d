//! Rows of the fold to cells, without a detour through text: a serializer whose output are the cells of a [`Shape`].

use std::fmt;

use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct};
use tandem_conversation::Time;
use uuid::Uuid;

use super::Cell;
use crate::analytics::shape::{Kind, Shape, is_field};

/// The cells of the shape's own columns; null where the row says nothing. What the shape has no column for is left out.
pub(super) fn cells(shape: &Shape, row: impl Serialize) -> Result<Vec<Cell>, Refused> {
    let cells = vec![Cell::Null; shape.columns.len()];
    row.serialize(Row { shape, cells, next: 0, name: String::new() })
}

/// Why a row does not fit.
#[derive(Debug)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self(words.to_string())
    }
}

/// Says in JSON's name what the column `status` says in a word.
const IN_PROGRESS: &str = "inProgress";

struct Row<'a> {
    shape: &'a Shape,
    cells: Vec<Cell>,
    /// Fields come in the order of the columns.
    next: usize,
    /// Of a map, the name before its value.
    name: String,
}

impl Row<'_> {
    fn set(&mut self, name: &str, value: impl Serialize) -> Result<(), Refused> {
        let columns = self.shape.columns;
        let is_it = |place: &usize| match columns[*place].0 {
            "status" => name == IN_PROGRESS || name == "status",
            column => is_field(column, name),
        };
        let Some(place) = (self.next..columns.len()).chain(0..self.next).find(is_it) else { return Ok(()) };
        let (column, kind) = columns[place];
        let kind = if name == IN_PROGRESS { Kind::Bool } else { kind };
        let cell = value.serialize(One(kind)).map_err(|error| Refused(format!("{column}: {error}")))?;
        self.cells[place] = match cell {
            Cell::Int(open) if name == IN_PROGRESS => {
                Cell::Text(if open == 1 { "in_progress" } else { "completed" }.into())
            }
            cell => cell,
        };
        self.next = place + 1;
        Ok(())
    }
}

/// One value, for a column of this kind.
struct One(Kind);

impl One {
    fn refused<T>(&self, found: impl fmt::Display) -> Result<T, Refused> {
        Err(Refused(format!("{found} is no {}", self.0.name())))
    }

    fn int(&self, value: i64) -> Result<Cell, Refused> {
        match self.0 {
            Kind::Time | Kind::Ms | Kind::Int => Ok(Cell::Int(value)),
            _ => self.refused(value),
        }
    }
}

/// The texts of a list.
struct List(Vec<String>);

impl SerializeSeq for List {
    type Ok = Cell;
    type Error = Refused;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        match value.serialize(One(Kind::Text))? {
            Cell::Text(text) => self.0.push(text),
            _ => return Err(Refused("a list has texts".into())),
        }
        Ok(())
    }

    fn end(self) -> Result<Cell, Refused> {
        serde_json::to_string(&self.0).map(Cell::Text).map_err(ser::Error::custom)
    }
}

impl SerializeStruct for Row<'_> {
    type Ok = Vec<Cell>;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        self.set(name, value)
    }

    fn end(self) -> Result<Vec<Cell>, Refused> {
        Ok(self.cells)
    }
}

impl SerializeMap for Row<'_> {
    type Ok = Vec<Cell>;
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Refused> {
        match name.serialize(One(Kind::Text))? {
            Cell::Text(name) => self.name = name,
            _ => return Err(Refused("a name is a text".into())),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let name = std::mem::take(&mut self.name);
        self.set(&name, value)
    }

    fn end(self) -> Result<Vec<Cell>, Refused> {
        Ok(self.cells)
    }
}

/// Refuses kinds of values, with one word for each.
macro_rules! refuse {
    ($($method:ident($($value:ty),*) $word:literal;)*) => {
        $(fn $method(self, $(_: $value),*) -> Result<Self::Ok, Refused> {
            Err(Refused(concat!($word, " does not fit").into()))
        })*
    };
}

/// Ends with a cell whatever the value.
macro_rules! ints {
    ($($method:ident($value:ty))*) => {
        $(fn $method(self, value: $value) -> Result<Cell, Refused> {
            match i64::try_from(value) {
                Ok(value) => self.int(value),
                Err(_) => Err(Refused(format!("{value} is too large"))),
            }
        })*
    };
}

/// What neither a row nor a cell is.
macro_rules! compound {
    () => {
        type SerializeTuple = Impossible<Self::Ok, Refused>;
        type SerializeTupleStruct = Impossible<Self::Ok, Refused>;
        type SerializeTupleVariant = Impossible<Self::Ok, Refused>;
        type SerializeStructVariant = Impossible<Self::Ok, Refused>;

        fn is_human_readable(&self) -> bool {
            false
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<Self::Ok, Refused> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            name: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Refused> {
            Err(Refused(format!("{name} does not fit")))
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refused> {
            Err(Refused("a tuple does not fit".into()))
        }

        fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Refused> {
            Err(Refused(format!("{name} does not fit")))
        }

        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            name: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Refused> {
            Err(Refused(format!("{name} does not fit")))
        }

        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            name: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Refused> {
            Err(Refused(format!("{name} does not fit")))
        }
    };
}

impl ser::Serializer for Row<'_> {
    type Ok = Vec<Cell>;
    type Error = Refused;
    type SerializeSeq = Impossible<Vec<Cell>, Refused>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    compound!();

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Refused> {
        Ok(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Refused> {
        Err(Refused("a list does not fit".into()))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Vec<Cell>, Refused> {
        value.serialize(self)
    }

    refuse! {
        serialize_bool(bool) "a truth value";
        serialize_i8(i8) "a number";
        serialize_i16(i16) "a number";
        serialize_i32(i32) "a number";
        serialize_i64(i64) "a number";
        serialize_u8(u8) "a number";
        serialize_u16(u16) "a number";
        serialize_u32(u32) "a number";
        serialize_u64(u64) "a number";
        serialize_f32(f32) "a number";
        serialize_f64(f64) "a number";
        serialize_char(char) "a text";
        serialize_str(&str) "a text";
        serialize_bytes(&[u8]) "bytes";
        serialize_none() "nothing";
        serialize_unit() "nothing";
        serialize_unit_struct(&'static str) "nothing";
        serialize_unit_variant(&'static str, u32, &'static str) "a word";
    }
}

impl ser::Serializer for One {
    type Ok = Cell;
    type Error = Refused;
    type SerializeSeq = List;
    type SerializeMap = Impossible<Cell, Refused>;
    type SerializeStruct = Impossible<Cell, Refused>;
    compound!();

    fn serialize_none(self) -> Result<Cell, Refused> {
        Ok(Cell::Null)
    }

    fn serialize_unit(self) -> Result<Cell, Refused> {
        Ok(Cell::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Cell, Refused> {
        value.serialize(self)
    }

    fn serialize_bool(self, value: bool) -> Result<Cell, Refused> {
        match self.0 {
            Kind::Bool => Ok(Cell::Int(value.into())),
            _ => self.refused(value),
        }
    }

    fn serialize_str(self, text: &str) -> Result<Cell, Refused> {
        Ok(match self.0 {
            Kind::Text | Kind::Enum => Cell::Text(text.to_owned()),
            Kind::Uuid => Cell::Bytes(Uuid::parse_str(text).map_err(ser::Error::custom)?.into_bytes()),
            Kind::Time => Cell::Int(text.parse::<Time>().map_err(ser::Error::custom)?.0),
            _ => return self.refused(text),
        })
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Cell, Refused> {
        match (self.0, bytes.try_into()) {
            (Kind::Uuid, Ok(bytes)) => Ok(Cell::Bytes(bytes)),
            _ => self.refused("a string of bytes"),
        }
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Cell, Refused> {
        self.serialize_str(name)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Refused> {
        match self.0 {
            Kind::List => Ok(List(Vec::new())),
            _ => self.refused("a list"),
        }
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Refused> {
        self.refused("an object")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeStruct, Refused> {
        self.refused(name)
    }

    ints! {
        serialize_i8(i8)
        serialize_i16(i16)
        serialize_i32(i32)
        serialize_i64(i64)
        serialize_u8(u8)
        serialize_u16(u16)
        serialize_u32(u32)
        serialize_u64(u64)
    }

    refuse! {
        serialize_f32(f32) "a fraction";
        serialize_f64(f64) "a fraction";
        serialize_char(char) "a letter";
        serialize_unit_struct(&'static str) "nothing";
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    const SHAPE: Shape = Shape::of_account(
        "thing",
        &[
            ("thing_id", Kind::Uuid),
            ("status", Kind::Enum),
            ("started_at", Kind::Time),
            ("open_ms", Kind::Ms),
            ("confirmed", Kind::Bool),
            ("tags", Kind::List),
        ],
        &["thing_id"],
    );

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Thing {
        more: Option<u8>,
        thing_id: Uuid,
        started_at: Time,
        in_progress: bool,
        open_ms: Option<i64>,
        confirmed: Option<bool>,
        tags: Vec<String>,
    }

    #[test]
    fn a_row_and_its_json_are_the_same_cells() {
        let id = Uuid::from_u128(7);
        let thing = Thing {
            more: Some(1),
            thing_id: id,
            started_at: Time(1_700_000_000_123),
            in_progress: true,
            open_ms: None,
            confirmed: Some(false),
            tags: vec!["refund".into(), "\"x\"".into()],
        };
        let expected = [
            Cell::Bytes(id.into_bytes()),
            Cell::Text("in_progress".into()),
            Cell::Int(1_700_000_000_123),
            Cell::Null,
            Cell::Int(0),
            Cell::Text(r#"["refund","\"x\""]"#.into()),
        ];
        assert_eq!(cells(&SHAPE, &thing).unwrap(), expected);
        assert_eq!(cells(&SHAPE, serde_json::to_value(&thing).unwrap()).unwrap(), expected);
    }

    #[test]
    fn a_status_may_be_a_word_of_the_row_s_own() {
        let cells = cells(&SHAPE, json!({"status": "away"})).unwrap();
        assert_eq!(cells.get(1), Some(&Cell::Text("away".into())));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (row, words) in [
            (json!({"openMs": "x"}), "open_ms: x is no ms"),
            (json!({"openMs": u64::MAX}), "open_ms: 18446744073709551615 is too large"),
            (json!({"tags": [1]}), "tags: 1 is no text"),
            (json!({"confirmed": {}}), "confirmed: an object is no bool"),
            (json!([]), "a list does not fit"),
        ] {
            assert_eq!(cells(&SHAPE, &row).unwrap_err().to_string(), words);
        }
    }
}
