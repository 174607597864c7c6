//! What the Rust peers share: the workloads' right-hand sides ([`model`]), and the conversation with `benches/compare`
//! ([`serve`]; `benches/peers/compare/driver.py` says what is exchanged).

// The peers use the mathematics that they would use elsewhere.
#![allow(clippy::disallowed_methods)]

pub mod model;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What is measured: subjects, when they are dosed, when they are observed.
pub struct Workload {
    /// 1 or 2.
    pub number: usize,
    pub times: Vec<f64>,
    pub doses: Vec<Dose>,
    /// A subject's parameters in the order of the model's text.
    pub parameters: Vec<Vec<f64>>,
}

/// An infusion into the first compartment: mg from `time` (h) at `rate` (mg/h).
#[derive(Clone, Copy)]
pub struct Dose {
    pub time: f64,
    pub amount: f64,
    pub rate: f64,
}

impl Workload {
    fn read(text: &str) -> Self {
        let mut numbers = text
            .split_ascii_whitespace()
            .map(|word| word.parse::<f64>().expect("a number"));
        let mut take = |count: usize| -> Vec<f64> { numbers.by_ref().take(count).collect() };
        let sizes: Vec<usize> = take(5).iter().map(|&size| size as usize).collect();
        let [number, parameters, subjects, times, doses] = sizes[..] else {
            panic!("five sizes")
        };
        let times = take(times);
        let dose = |_| match take(3)[..] {
            [time, amount, rate] => Dose { time, amount, rate },
            _ => panic!("three numbers a dose"),
        };
        let doses = (0..doses).map(dose).collect();
        let parameters = (0..subjects).map(|_| take(parameters)).collect();
        Self {
            number,
            times,
            doses,
            parameters,
        }
    }

    /// Stretches of time with one infusion rate: start, end, rate.
    pub fn stretches(&self) -> Vec<(f64, f64, f64)> {
        let last = *self.times.last().expect("a time");
        let mut changes = Vec::new();
        for dose in &self.doses {
            changes.push((dose.time, dose.rate));
            changes.push((dose.time + dose.amount / dose.rate, 0.0));
        }
        let ends = changes.iter().skip(1).map(|change| change.0).chain([last]);
        changes
            .iter()
            .zip(ends)
            .map(|(&(start, rate), end)| (start, end, rate))
            .collect()
    }
}

/// What solving cost, where the peer tells.
#[derive(Clone, Copy, Default)]
pub struct Work {
    pub right_hand_sides: Option<u64>,
    pub steps: Option<u64>,
}

impl Work {
    pub fn add(&mut self, more: Self) {
        let sum = |one: Option<u64>, other: Option<u64>| Some(one.unwrap_or(0) + other?);
        self.right_hand_sides = sum(self.right_hand_sides, more.right_hand_sides);
        self.steps = sum(self.steps, more.steps);
    }
}

/// A peer at a tolerance: solves subjects, each into the same table of `times x states`.
pub type Solve<'a> = Box<dyn FnMut(usize, &mut [f64]) -> Result<Work, String> + 'a>;

/// Answers the questions on standard input: for every line `rtol atol`, one line of JSON. Arguments: METHOD WORKLOAD
/// SOLUTION SECONDS REPEATS.
pub fn serve<F>(make: F)
where
    F: for<'w> Fn(&str, &'w Workload, f64, f64) -> Result<Solve<'w>, String>,
{
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [method, workload, solution, seconds, repeats] = &arguments[..] else {
        panic!("METHOD WORKLOAD SOLUTION SECONDS REPEATS")
    };
    let workload = Workload::read(&std::fs::read_to_string(workload).expect("a workload"));
    let measured = Measured {
        workload: &workload,
        solution: PathBuf::from(solution),
        seconds: seconds.parse().expect("seconds"),
        repeats: repeats.parse().expect("repeats"),
    };
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let tolerances: Vec<f64> = line
            .split_ascii_whitespace()
            .map(|word| word.parse().expect("a number"))
            .collect();
        let answer = make(method, &workload, tolerances[0], tolerances[1])
            .and_then(|solve| measured.point(solve))
            .unwrap_or_else(|reason| format!("{{\"failed\": {:?}}}", reason));
        println!("{answer}");
        std::io::stdout().flush().expect("standard output");
    }
}

const CHECKED: usize = 8;

struct Measured<'w> {
    workload: &'w Workload,
    solution: PathBuf,
    seconds: f64,
    repeats: usize,
}

impl Measured<'_> {
    fn point(&self, mut solve: Solve<'_>) -> Result<String, String> {
        let states = model::states(self.workload.number);
        let mut table = vec![0.0; self.workload.times.len() * states];
        let mut bytes = Vec::new();
        let started = processor_seconds();
        for subject in 0..CHECKED {
            solve(subject, &mut table)?;
            bytes.extend(table.iter().flat_map(|value| value.to_le_bytes()));
        }
        let each = (processor_seconds() - started) / CHECKED as f64;
        std::fs::write(&self.solution, bytes).map_err(|error| error.to_string())?;

        let count = ((self.seconds / each) as usize).max(CHECKED);
        let (mut best, mut work) = (f64::INFINITY, Work::default());
        for _ in 0..self.repeats {
            work = Work::default();
            let started = processor_seconds();
            for subject in 0..count {
                work.add(solve(subject % self.workload.parameters.len(), &mut table)?);
                std::hint::black_box(&mut table);
            }
            best = best.min(processor_seconds() - started);
        }
        let per_subject = |total: Option<u64>| {
            total.map_or("null".to_owned(), |total| {
                (total as f64 / count as f64).to_string()
            })
        };
        Ok(format!(
            "{{\"subjects\": {count}, \"seconds\": {best}, \"right_hand_sides\": {}, \"steps\": {}}}",
            per_subject(work.right_hand_sides),
            per_subject(work.steps)
        ))
    }
}

fn processor_seconds() -> f64 {
    let time = Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("a time");
    time.as_secs_f64()
}
