//! The bytes of a column: pages of a Parquet file, after the format's own documents (apache/parquet-format: `parquet.thrift`,
//! Encodings.md, and the compact protocol of Thrift for the heads of pages).
//!
//! A column of what repeats is a page of its values, its dictionary, and one that says which of them stands in how many rows
//! (`RLE_DICTIONARY`). Other numbers are taken apart, so that the first bytes of all of them come first, then the second
//! (`BYTE_STREAM_SPLIT`), for along a trajectory these hardly change; and compressed (LZ4). Where that saves nothing, they
//! are written as they are (`PLAIN`).

use std::ops::Range;

use ::parquet::data_type::SliceAsBytes;
use euthymia_population::{Kind, Runs, Values};
use lz4_flex::block::{compress_into, get_maximum_output_size};

/// A page of numbers has so many at most, which fit into the window of the compressor and into the cache of a processor.
const PAGE: usize = 8192;
/// Numbers are compressed if the first page then takes no more than this part of its size.
const WORTH_IT: f64 = 0.9;
/// So many rows tell whether a column repeats.
const SAMPLE: usize = 4096;

/// Where a column stands among the bytes of its row group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) offset: usize,
    /// Bytes of the dictionary's page; 0 if there is none.
    pub(super) dictionary: usize,
    /// All bytes.
    pub(super) size: usize,
    /// All bytes, were nothing compressed.
    pub(super) expanded: usize,
    pub(super) rows: usize,
    pub(super) way: Way,
}

/// How a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Plain,
    /// With a dictionary.
    Repeated,
    /// Taken apart and compressed.
    Split,
}

/// Numbers of encodings and kinds of pages in the format.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const RLE_DICTIONARY: i64 = 8;
const BYTE_STREAM_SPLIT: i64 = 9;
const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;

/// About how many bytes a column takes.
pub(super) fn room(values: &Values<'_>) -> usize {
    const HEADS: usize = 256;
    HEADS
        + match values {
            Values::Number(numbers) => numbers.len() * size_of::<f64>(),
            Values::Cycle { numbers, times } => numbers.len() * (size_of::<f64>() + 2 * times),
            Values::Whole(runs) => runs.runs().len() * 16,
            Values::Word(runs) => runs.runs().len() * 32,
        }
}

/// Writes a column.
pub(super) fn write(values: &Values<'_>, kind: &Kind, bytes: &mut Vec<u8>) -> Chunk {
    let offset = bytes.len();
    let mut way = Way::Repeated;
    let mut expanded = None;
    let dictionary = match values {
        Values::Number(numbers) => match repeated(numbers) {
            None => {
                let size;
                (way, size) = different(numbers, bytes);
                expanded = Some(size);
                0
            }
            Some(runs) => {
                let first = |rows: &Range<usize>| numbers[rows.start];
                let values: Vec<f64> = runs.iter().map(first).collect();
                let end = dictionary(
                    values.len(),
                    <f64 as SliceAsBytes>::slice_as_bytes(&values),
                    bytes,
                );
                // Each run has an entry of its own.
                pages(runs.iter().map(Range::len).enumerate(), values.len(), bytes);
                end - offset
            }
        },
        Values::Cycle { numbers, times } => {
            let end = dictionary(
                numbers.len(),
                <f64 as SliceAsBytes>::slice_as_bytes(numbers),
                bytes,
            );
            cycles(numbers.len(), *times, bytes);
            end - offset
        }
        Values::Whole(runs) => {
            let values: Vec<u8> = runs
                .runs()
                .iter()
                .flat_map(|(value, _)| value.to_le_bytes())
                .collect();
            let end = dictionary(runs.runs().len(), &values, bytes);
            let rows = runs.runs().iter().map(|&(_, rows)| rows);
            pages(rows.enumerate(), runs.runs().len(), bytes);
            end - offset
        }
        Values::Word(runs) => words(runs, kind, bytes) - offset,
    };
    Chunk {
        offset,
        dictionary,
        size: bytes.len() - offset,
        expanded: expanded.unwrap_or(bytes.len() - offset),
        rows: values.rows(),
        way,
    }
}

/// The rows of each run of a number, if there are so few that they are worth it.
fn repeated(numbers: &[f64]) -> Option<Vec<Range<usize>>> {
    let few = |runs: usize, rows: usize| runs * 4 <= rows;
    let sample = &numbers[..numbers.len().min(SAMPLE)];
    let changes = sample
        .windows(2)
        .filter(|pair| pair[0].to_bits() != pair[1].to_bits());
    if !few(1 + changes.count(), sample.len()) {
        return None;
    }
    let mut runs = Vec::new();
    let mut start = 0;
    while start < numbers.len() {
        let end = start + run(&numbers[start..]);
        runs.push(start..end);
        if !few(runs.len(), numbers.len()) {
            return None;
        }
        start = end;
    }
    Some(runs)
}

/// How many of the numbers are the first again, from the first on.
fn run(numbers: &[f64]) -> usize {
    /// Compared at once.
    const MANY: usize = 32;
    let Some(first) = numbers.first().map(|first| first.to_bits()) else {
        return 0;
    };
    let differs = |sum: u64, number: &f64| sum | (number.to_bits() ^ first);
    let same = |many: &&[f64]| many.iter().fold(0, differs) == 0;
    let many = MANY * numbers.chunks_exact(MANY).take_while(same).count();
    let rest = numbers[many..]
        .iter()
        .take_while(|number| number.to_bits() == first);
    many + rest.count()
}

/// Pages of numbers that differ; how they are written, and how many bytes they would take, were nothing compressed.
fn different(numbers: &[f64], bytes: &mut Vec<u8>) -> (Way, usize) {
    let begin = bytes.len();
    let mut split = Vec::new();
    let mut compressed = vec![0; get_maximum_output_size(size_of::<[f64; PAGE]>())];
    let mut expanded = 0;
    for (at, page) in numbers.chunks(PAGE).enumerate() {
        take_apart(page, &mut split);
        // There is room for whatever comes of it, which may be more than there was: not so on the first page, which says
        // whether to compress at all.
        let Ok(size) = compress_into(&split, &mut compressed) else {
            unreachable!("the room is the largest that comes of a page")
        };
        if at == 0 && size as f64 > WORTH_IT * split.len() as f64 {
            bytes.truncate(begin);
            numbers.chunks(PAGE).for_each(|page| plain(page, bytes));
            return (Way::Plain, bytes.len() - begin);
        }
        let before = bytes.len();
        head(
            Page::Data(page.len(), BYTE_STREAM_SPLIT),
            (split.len(), size),
            bytes,
        );
        bytes.extend_from_slice(&compressed[..size]);
        expanded += bytes.len() - before - size + split.len();
    }
    (Way::Split, expanded)
}

/// The lowest bytes of all numbers, then the next, and so on.
fn take_apart(numbers: &[f64], split: &mut Vec<u8>) {
    // Every byte is written: what a page before has left is not cleared.
    split.resize(size_of_val(numbers), 0);
    let (eights, rest) = numbers.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let planes = transpose(eight.map(f64::to_bits));
        for (plane, bytes) in split.chunks_exact_mut(numbers.len()).zip(planes) {
            plane[8 * at..][..8].copy_from_slice(&bytes.to_le_bytes());
        }
    }
    for (plane, place) in split.chunks_exact_mut(numbers.len()).zip(0..) {
        let bytes = rest.iter().map(|number| (number.to_bits() >> (8 * place)) as u8);
        plane[8 * eights.len()..]
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, byte)| *to = byte);
    }
}

/// Eight numbers of eight bytes: the lowest bytes of all, then the next, and so on. Halves change places, then quarters, then
/// bytes (Warren, Hacker's Delight, 7-3).
fn transpose(mut rows: [u64; 8]) -> [u64; 8] {
    for (step, shift, low) in [
        (4, 32, 0x0000_0000_ffff_ffff),
        (2, 16, 0x0000_ffff_0000_ffff),
        (1, 8, 0x00ff_00ff_00ff_00ff),
    ] {
        for at in (0..8).filter(|at| at & step == 0) {
            let (one, other) = (rows[at], rows[at + step]);
            rows[at] = one & low | (other & low) << shift;
            rows[at + step] = one >> shift & low | other & !low;
        }
    }
    rows
}

/// A page of numbers as they are.
fn plain(numbers: &[f64], bytes: &mut Vec<u8>) {
    let size = size_of_val(numbers);
    head(Page::Data(numbers.len(), PLAIN), (size, size), bytes);
    bytes.extend_from_slice(<f64 as SliceAsBytes>::slice_as_bytes(numbers));
}

/// A page with the entries of a dictionary; where it ends.
fn dictionary(entries: usize, plain: &[u8], bytes: &mut Vec<u8>) -> usize {
    head(Page::Dictionary(entries), (plain.len(), plain.len()), bytes);
    bytes.extend_from_slice(plain);
    bytes.len()
}

/// Words that occur, and which of them stands where; where the dictionary ends.
fn words(runs: &Runs<u32>, kind: &Kind, bytes: &mut Vec<u8>) -> usize {
    let words: &[String] = match kind {
        Kind::Word(words) => words,
        Kind::Whole | Kind::Number => &[],
    };
    let mut used: Vec<u32> = runs.runs().iter().map(|&(word, _)| word).collect();
    used.sort_unstable();
    used.dedup();
    let mut plain = Vec::new();
    for &word in &used {
        let text = words.get(word as usize).map_or("", String::as_str);
        plain.extend((text.len() as u32).to_le_bytes());
        plain.extend_from_slice(text.as_bytes());
    }
    let end = dictionary(used.len(), &plain, bytes);
    // Every word is among those used.
    let entry = |word: u32| used.binary_search(&word).unwrap_or_default();
    let runs = runs.runs().iter().map(|&(word, rows)| (entry(word), rows));
    pages(runs, used.len(), bytes);
    end
}

/// Bits that an entry's number takes: one at least, which every reader knows how to read.
fn bits(entries: usize) -> usize {
    (usize::BITS - entries.saturating_sub(1).leading_zeros()).max(1) as usize
}

/// A page that says which entry stands in how many rows.
fn pages(runs: impl Iterator<Item = (usize, usize)>, entries: usize, bytes: &mut Vec<u8>) {
    let width = bits(entries).div_ceil(8);
    let mut data = vec![bits(entries) as u8];
    let mut rows = 0;
    for (entry, count) in runs {
        varint((count as u64) << 1, &mut data);
        data.extend_from_slice(&entry.to_le_bytes()[..width]);
        rows += count;
    }
    head(Page::Data(rows, RLE_DICTIONARY), (data.len(), data.len()), bytes);
    bytes.append(&mut data);
}

/// A page with all entries in order, so many times.
fn cycles(entries: usize, times: usize, bytes: &mut Vec<u8>) {
    // Eight values make whole bytes, so eight times the entries are the same bytes whatever their number.
    let width = bits(entries);
    let eight = pack((0..8 * entries).map(|at| at % entries), width);
    let rest = pack((0..times % 8 * entries).map(|at| at % entries), width);
    let mut data = vec![width as u8];
    let groups = times / 8 * entries + (times % 8 * entries).div_ceil(8);
    varint((groups as u64) << 1 | 1, &mut data);
    let size = data.len() + times / 8 * eight.len() + rest.len();
    head(Page::Data(entries * times, RLE_DICTIONARY), (size, size), bytes);
    bytes.append(&mut data);
    for _ in 0..times / 8 {
        bytes.extend_from_slice(&eight);
    }
    bytes.extend_from_slice(&rest);
}

/// Numbers of so many bits, one after the other from the lowest bit on, filled up to a multiple of eight numbers.
fn pack(numbers: impl Iterator<Item = usize>, width: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    let (mut waiting, mut held, mut count) = (0_u128, 0, 0_usize);
    let mut add = |number: usize, packed: &mut Vec<u8>| {
        waiting |= (number as u128) << held;
        held += width;
        while held >= 8 {
            packed.push(waiting as u8);
            waiting >>= 8;
            held -= 8;
        }
    };
    for number in numbers {
        add(number, &mut packed);
        count += 1;
    }
    for _ in count..count.next_multiple_of(8) {
        add(0, &mut packed);
    }
    packed
}

/// What a page holds: so many values in an encoding, or so many entries of a dictionary.
#[derive(Clone, Copy)]
enum Page {
    Data(usize, i64),
    Dictionary(usize),
}

/// The head of a page whose data are so many bytes, and so many as they stand there: a structure `PageHeader` of Thrift.
fn head(page: Page, (expanded, size): (usize, usize), bytes: &mut Vec<u8>) {
    const I32: u8 = 5;
    const STRUCT: u8 = 12;
    // A field: its number as the difference from the one before, and its type.
    let field = |step: u8, of: u8, bytes: &mut Vec<u8>| bytes.push(step << 4 | of);
    let number = |step: u8, value: i64, bytes: &mut Vec<u8>| {
        field(step, I32, bytes);
        varint((value << 1 ^ value >> 63) as u64, bytes);
    };
    let (kind, place) = match page {
        Page::Data(..) => (DATA_PAGE, 5),
        Page::Dictionary(_) => (DICTIONARY_PAGE, 7),
    };
    number(1, kind, bytes);
    number(1, expanded as i64, bytes);
    number(1, size as i64, bytes);
    field(place - 3, STRUCT, bytes);
    match page {
        Page::Data(values, encoding) => {
            number(1, values as i64, bytes);
            number(1, encoding, bytes);
            // Levels, of which a column that is always there has none.
            number(1, RLE, bytes);
            number(1, RLE, bytes);
        }
        Page::Dictionary(entries) => {
            number(1, entries as i64, bytes);
            number(1, PLAIN, bytes);
        }
    }
    // The ends of both structures.
    bytes.extend_from_slice(&[0, 0]);
}

/// A number, seven bits a byte from the lowest on.
fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::take_apart;

    #[test]
    fn planes_hold_the_bytes_of_their_place() {
        let numbers: Vec<f64> = (0_u64..43)
            .map(|at| f64::from_bits(at.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        let mut split = Vec::new();
        for count in [43, 7, 8, 16, 1] {
            take_apart(&numbers[..count], &mut split);
            assert_eq!(split.len(), 8 * count);
            for (at, byte) in split.iter().enumerate() {
                assert_eq!(*byte, numbers[at % count].to_bits().to_le_bytes()[at / count]);
            }
        }
    }
}
