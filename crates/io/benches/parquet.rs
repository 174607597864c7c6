//! How long trajectories take to reach the disk: 2,000 subjects, 133 times, 40 columns, in blocks of 256 subjects.

use euthymia_io::parquet::{Column, Layout, TrajectoryWriter};

fn main() {
    divan::main();
}

const SUBJECTS: usize = 2_000;
const BLOCK: usize = 256;
const TIMES: usize = 133;
const COLUMNS: usize = 40;

#[divan::bench(sample_count = 10, sample_size = 1)]
fn trajectories(bencher: divan::Bencher<'_, '_>) {
    let values: Vec<f64> = (0..COLUMNS * BLOCK * TIMES)
        .map(|at| {
            let (column, row) = (at / (BLOCK * TIMES), at % (BLOCK * TIMES));
            let (subject, time) = (row / TIMES, row % TIMES);
            (1.0 + column as f64) * (1.0 + 0.37 * subject as f64).sqrt() / (1.0 + 0.11 * time as f64)
        })
        .collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    bencher.bench(|| {
        let columns = (0..COLUMNS).map(|index| Column {
            index,
            name: format!("column_{index}"),
            unit: "ng/mL".to_owned(),
            label: String::new(),
        });
        let layout = Layout {
            columns: columns.collect(),
            block_columns: COLUMNS,
            times: (0..TIMES).map(|time| time as f64).collect(),
            time_unit: "h".to_owned(),
            simulations: 100,
            provenance: Vec::new(),
        };
        let mut writer =
            TrajectoryWriter::create(folder.path().join("trajectories.parquet"), layout).expect("created");
        for first in (0..SUBJECTS).step_by(BLOCK) {
            let subjects = BLOCK.min(SUBJECTS - first);
            let block: Vec<f64> = values[..COLUMNS * subjects * TIMES].to_vec();
            writer.write(first as u64, subjects, &block).expect("written");
        }
        writer.finish().expect("finished");
    });
}
