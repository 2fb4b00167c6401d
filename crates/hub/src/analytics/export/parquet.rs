//! Parquet: one optional column for each of the table's, in groups of rows.

use std::fs::File;
use std::sync::Arc;

use anyhow::Context as _;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::super::cell::Cell;
use super::super::shape::Kind;
use super::text_of;

/// Rows of a group.
const GROUP: usize = 100_000;

pub(super) struct Parquet {
    columns: Vec<Column>,
    rows: usize,
    writer: SerializedFileWriter<File>,
    file: File,
}

struct Column {
    kind: Kind,
    /// One for each row: 1 if it has a value.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Bools(Vec<bool>),
    Numbers(Vec<i64>),
    Texts(Vec<ByteArray>),
}

impl Values {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bools(Vec::new()),
            Kind::Time | Kind::Ms | Kind::Int => Self::Numbers(Vec::new()),
            Kind::Uuid | Kind::Text | Kind::Enum | Kind::List => Self::Texts(Vec::new()),
        }
    }
}

impl Parquet {
    pub(super) fn begin(file: File, table: &str, columns: &[(&'static str, Kind)]) -> anyhow::Result<Self> {
        let mut fields = Vec::new();
        for (name, kind) in columns {
            let (physical, logical) = match kind {
                Kind::Bool => (Physical::BOOLEAN, None),
                Kind::Ms | Kind::Int => (Physical::INT64, None),
                Kind::Time => {
                    let millis = LogicalType::timestamp(true, TimeUnit::MILLIS);
                    (Physical::INT64, Some(millis))
                }
                Kind::Uuid | Kind::Text | Kind::Enum | Kind::List => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let field = Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()?;
            fields.push(Arc::new(field));
        }
        let schema = Arc::new(Type::group_type_builder(table).with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("tandem-hub ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let own = file.try_clone()?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
        let columns =
            columns.iter().map(|(_, kind)| Column { kind: *kind, levels: Vec::new(), values: Values::of(*kind) });
        Ok(Self { columns: columns.collect(), rows: 0, writer, file: own })
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) -> anyhow::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.levels.push((cell != Cell::Null).into());
            match (&mut column.values, cell) {
                (_, Cell::Null) => {}
                (Values::Bools(values), Cell::Int(is)) => values.push(is != 0),
                (Values::Numbers(values), Cell::Int(value)) => values.push(value),
                (Values::Texts(values), Cell::Text(text)) => values.push(ByteArray::from(text.into_bytes())),
                (Values::Texts(values), cell) => {
                    values.push(ByteArray::from(text_of(column.kind, &cell).unwrap_or_default().into_bytes()));
                }
                (_, cell) => anyhow::bail!("BUG: {cell:?} in a column of {}", column.kind.name()),
            }
        }
        self.rows += 1;
        if self.rows == GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let mut out = group.next_column()?.context("BUG: a column for each of the table's")?;
            let levels = Some(column.levels.as_slice());
            match &mut column.values {
                Values::Bools(values) => {
                    out.typed::<BoolType>().write_batch(values, levels, None)?;
                    values.clear();
                }
                Values::Numbers(values) => {
                    out.typed::<Int64Type>().write_batch(values, levels, None)?;
                    values.clear();
                }
                Values::Texts(values) => {
                    out.typed::<ByteArrayType>().write_batch(values, levels, None)?;
                    values.clear();
                }
            }
            out.close()?;
            column.levels.clear();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    pub(super) fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.flush()?;
        self.writer.close()?;
        Ok(self.file.sync_all()?)
    }
}
