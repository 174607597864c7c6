//! `cargo bench -p euthymia-engine [-- w1|w2] [rtol=..] [atol=..] [lanes=..] [threads=..] [subjects=..] [isa=..] [solver=..]
//! [block=..]`:
//! subjects per second on the benchmark workloads, with the error against the reference solutions and the work done per
//! subject. Seconds are of the processor where the system tells them and one thread works, else of the wall clock.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

#[path = "../tests/common/workload.rs"]
mod workload;

use std::convert::Infallible;
use std::time::Instant;

use euthymia_engine::{Block, LaneWidth, Options, Silent, Sink, Solver, block_size, simulate};
use euthymia_vecmath::Isa;
use workload::Workload;

/// Keeps the first block and drops the others.
#[derive(Default)]
struct First(Option<Block>);

impl Sink for First {
    type Error = Infallible;

    fn block(&mut self, block: Block) -> Result<(), Infallible> {
        self.0.get_or_insert(block);
        Ok(())
    }
}

/// Seconds that this thread has run, as Linux tells.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? * 1e-9)
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let value = |key: &str| {
        arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(key)?.strip_prefix('='))
    };
    let named: Vec<&String> = arguments.iter().filter(|a| !a.contains('=')).collect();
    let subjects = value("subjects").map_or(2048, |text| text.parse().unwrap());
    let mut options = Options::standard();
    options.threads = value("threads").map_or(1, |text| text.parse().unwrap());
    options.lanes = match value("lanes") {
        None => options.lanes,
        Some("1") => LaneWidth::One,
        Some("8") => LaneWidth::Eight,
        Some("16") => LaneWidth::Sixteen,
        Some(other) => panic!("lanes={other}"),
    };
    options.solver = match value("solver") {
        None | Some("auto") => Solver::Auto,
        Some("collocation") => Solver::Collocation,
        Some("rodas5p") => Solver::Rodas5p,
        Some(other) => panic!("solver={other}"),
    };
    options.isa = match value("isa") {
        None => options.isa,
        Some("portable") => Isa::Portable,
        Some("avx2") => Isa::Avx2,
        Some("avx512") => Isa::Avx512,
        Some(other) => panic!("isa={other}"),
    };
    let tolerances: Vec<f64> =
        value("rtol").map_or(vec![1e-4, 1e-5, 1e-6, 1e-8], |text| vec![text.parse().unwrap()]);

    println!("          rtol  subjects/s      error   steps  rejected  derivatives  per subject");
    for name in ["w1", "w2"]
        .into_iter()
        .filter(|name| named.is_empty() || named.iter().any(|n| n == name))
    {
        let workload = Workload::read(name, subjects);
        options.block = value("block").map_or_else(
            || {
                block_size(
                    &workload.program,
                    &Options {
                        block: 256,
                        ..options
                    },
                    workload.times.len(),
                )
            },
            |text| text.parse().unwrap(),
        );
        for &rtol in &tolerances {
            options.rtol = rtol;
            options.atol = value("atol").map_or(rtol * 1e-3, |text| text.parse().unwrap());
            let mut sink = First::default();
            let (start, ran) = (
                Instant::now(),
                processor_seconds().filter(|_| options.threads == 1),
            );
            let statistics = simulate(
                &workload.program,
                &workload,
                &workload.times,
                &options,
                &mut sink,
                &Silent,
            )
            .unwrap();
            let wall = start.elapsed().as_secs_f64();
            let seconds = ran
                .zip(processor_seconds())
                .map_or(wall, |(start, end)| end - start);
            let block = sink.0.unwrap();
            let error = workload.error(|subject, column, time| block.trajectory(column, subject)[time]);
            let each = |count: u64| count as f64 / statistics.subjects as f64;
            println!(
                "{name}  {rtol:>10e}  {:>10.0}  {error:>9.2e}  {:>6.1}  {:>8.1}  {:>11.1}",
                subjects as f64 / seconds,
                each(statistics.accepted),
                each(statistics.rejected),
                each(statistics.derivatives),
            );
        }
    }
}
