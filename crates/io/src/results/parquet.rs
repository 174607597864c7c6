//! Results as Parquet: a row group for each block, encoded on the thread that has computed it (`chunks`) and written in one
//! piece. Units, labels and provenance are key-value metadata of the file.
//!
//! What repeats (who, when, covariates, parameters) is written once with the number of its rows; other numbers are taken apart
//! and compressed where that saves space. Statistics and indices, which nobody asks of a trajectory, are left out.

mod chunks;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use ::parquet::schema::types::{SchemaDescriptor, Type};
use euthymia_population::{Batch, Column, Kind};

use self::chunks::{Chunk, Way};
use crate::atomic::AtomicFile;
use crate::error::IoError;

/// Begins and ends a file.
const MAGIC: &[u8] = b"PAR1";
/// Of the format.
const VERSION: i32 = 1;
/// Smaller blocks are gathered until a row group has so many rows, which keeps the overhead of each below a percent.
const FEWEST_ROWS: usize = 16 * 1024;

/// Rows as they will stand in the file, or as they are where they are few.
#[derive(Debug)]
pub(crate) enum Encoded {
    Group(Group),
    Few(Batch<'static>),
}

/// An encoded row group.
#[derive(Debug)]
pub(crate) struct Group {
    rows: usize,
    chunks: Vec<Chunk>,
    bytes: Vec<u8>,
}

/// Encodes rows.
pub(crate) fn encode(columns: &[Column], batch: &Batch<'_>) -> Encoded {
    if batch.rows < FEWEST_ROWS {
        Encoded::Few(batch.clone().into_owned())
    } else {
        Encoded::Group(group(columns, batch))
    }
}

fn group(columns: &[Column], batch: &Batch<'_>) -> Group {
    let mut bytes = Vec::with_capacity(batch.columns.iter().map(chunks::room).sum());
    let values = batch.columns.iter().zip(columns);
    Group {
        rows: batch.rows,
        chunks: values
            .map(|(values, column)| chunks::write(values, &column.kind, &mut bytes))
            .collect(),
        bytes,
    }
}

/// A row group that has been written.
#[derive(Debug)]
struct Written {
    rows: usize,
    /// Where it begins.
    begin: u64,
    chunks: Vec<Chunk>,
}

/// A Parquet file being written.
#[derive(Debug)]
pub(crate) struct ParquetWriter {
    file: AtomicFile,
    /// Bytes written.
    length: u64,
    groups: Vec<Written>,
    schema: Arc<Type>,
    metadata: Vec<KeyValue>,
    columns: Vec<Column>,
    path: PathBuf,
    /// Rows that are too few for a row group, or the last of the file.
    few: Option<Batch<'static>>,
    /// Rows written.
    rows: usize,
}

impl ParquetWriter {
    /// Begins a file of a `table` of this name with these columns.
    pub(crate) fn create(
        path: &Path,
        table: &str,
        columns: &[Column],
        metadata: &[(String, String)],
    ) -> Result<Self, IoError> {
        let failed = |error: ParquetError| IoError::new("write", path, error);
        let schema = schema(table, columns).map_err(failed)?;
        let mut file = AtomicFile::create(path)?;
        (file.write_all(MAGIC)).map_err(|error| IoError::new("write", path, error))?;
        let entry = |(key, value): &(String, String)| KeyValue::new(key.clone(), value.clone());
        Ok(Self {
            file,
            length: MAGIC.len() as u64,
            groups: Vec::new(),
            schema,
            metadata: metadata.iter().map(entry).collect(),
            columns: columns.to_vec(),
            path: path.to_path_buf(),
            few: None,
            rows: 0,
        })
    }

    /// Writes rows. The first go to the file at once, however few, so that a long run is seen to begin; later ones may wait
    /// until they are a row group, or as many as are in the file.
    pub(crate) fn write(&mut self, encoded: Encoded) -> Result<(), IoError> {
        match encoded {
            Encoded::Group(group) => {
                self.write_few()?;
                self.put(group)
            }
            Encoded::Few(batch) => {
                let waiting = match &mut self.few {
                    Some(few) => {
                        few.append(batch);
                        few.rows
                    }
                    none => none.insert(batch).rows,
                };
                if waiting >= FEWEST_ROWS.min(self.rows.max(1)) {
                    self.write_few()?;
                }
                Ok(())
            }
        }
    }

    fn write_few(&mut self) -> Result<(), IoError> {
        match self.few.take() {
            Some(few) if few.rows > 0 => self.put(group(&self.columns, &few)),
            _ => Ok(()),
        }
    }

    fn put(&mut self, group: Group) -> Result<(), IoError> {
        let Group { rows, chunks, bytes } = group;
        self.groups.push(Written {
            rows,
            begin: self.length,
            chunks,
        });
        self.length += bytes.len() as u64;
        self.rows += rows;
        let written = self.file.write_all(&bytes).and_then(|()| self.file.flush());
        written.map_err(|error| IoError::new("write", &self.path, error))
    }

    pub(crate) fn finish(mut self) -> Result<(), IoError> {
        self.write_few()?;
        let failed = |error: ParquetError| IoError::new("write", &self.path, error);
        let metadata = self.footer().map_err(failed)?;
        let mut bytes = Vec::new();
        ParquetMetaDataWriter::new(&mut bytes, &metadata)
            .finish()
            .map_err(failed)?;
        (self.file.write_all(&bytes)).map_err(|error| IoError::new("write", &self.path, error))?;
        self.file.finish()
    }

    /// What the end of the file says of the rest.
    fn footer(&self) -> Result<ParquetMetaData, ParquetError> {
        let schema = Arc::new(SchemaDescriptor::new(Arc::clone(&self.schema)));
        let chunk = |(at, chunk): (usize, &Chunk), begin: u64| {
            let place = |offset: usize| begin as i64 + offset as i64;
            let (encodings, compression) = match chunk.way {
                Way::Plain => (vec![Encoding::PLAIN], Compression::UNCOMPRESSED),
                Way::Split => (vec![Encoding::BYTE_STREAM_SPLIT], Compression::LZ4_RAW),
                Way::Repeated => {
                    let encodings = [Encoding::PLAIN, Encoding::RLE_DICTIONARY, Encoding::RLE];
                    (encodings.to_vec(), Compression::UNCOMPRESSED)
                }
            };
            ColumnChunkMetaData::builder(schema.column(at))
                .set_encodings(encodings)
                .set_compression(compression)
                .set_num_values(chunk.rows as i64)
                .set_total_compressed_size(chunk.size as i64)
                .set_total_uncompressed_size(chunk.expanded as i64)
                .set_dictionary_page_offset((chunk.dictionary > 0).then(|| place(chunk.offset)))
                .set_data_page_offset(place(chunk.offset + chunk.dictionary))
                .build()
        };
        let group = |(ordinal, group): (usize, &Written)| {
            let chunks = group.chunks.iter().enumerate();
            let columns: Result<Vec<_>, _> = chunks.map(|own| chunk(own, group.begin)).collect();
            let builder = RowGroupMetaData::builder(Arc::clone(&schema))
                .set_num_rows(group.rows as i64)
                .set_total_byte_size(group.chunks.iter().map(|chunk| chunk.expanded as i64).sum())
                .set_file_offset(group.begin as i64)
                .set_column_metadata(columns?);
            // The format counts row groups in 16 bits, and does without.
            match i16::try_from(ordinal) {
                Ok(ordinal) => builder.set_ordinal(i32::from(ordinal)).build(),
                Err(_) => builder.build(),
            }
        };
        let groups: Result<Vec<_>, _> = self.groups.iter().enumerate().map(group).collect();
        let created_by = format!("euthymia {}", env!("CARGO_PKG_VERSION"));
        let about = FileMetaData::new(
            VERSION,
            self.rows as i64,
            Some(created_by),
            Some(self.metadata.clone()),
            schema,
            None,
        );
        Ok(ParquetMetaData::new(about, groups?))
    }
}

fn schema(table: &str, columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Whole => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Word(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()?;
        Ok::<_, ParquetError>(Arc::new(field))
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder(table)
        .with_fields(fields)
        .build()
        .map(Arc::new)
}
