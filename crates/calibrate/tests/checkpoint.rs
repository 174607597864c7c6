//! A run that is stopped and one that goes on give the draws of one that was not stopped.

use std::sync::atomic::{AtomicUsize, Ordering};

use euthymia_calibrate::checkpoint::Checkpoint;
use euthymia_calibrate::progress::Progress;
use euthymia_calibrate::sampler::{SampleError, Settings, Watch, sample, sample_and_keep};
use euthymia_calibrate::target::LogDensity;
use euthymia_stats::real::Real;

struct Normals(f64);

impl LogDensity for Normals {
    fn dimension(&self) -> usize {
        3
    }

    fn names(&self) -> Vec<String> {
        ["plain", "with, comma", "with \"quotes\""]
            .map(str::to_owned)
            .into()
    }

    fn log_density<R: Real>(&self, x: &[R]) -> R {
        (x[0] * x[0] + x[1] * x[1] * self.0 + (x[2] - x[0]) * (x[2] - x[0])) * -0.5
    }
}

fn settings() -> Settings {
    Settings {
        tune: 100,
        draws: 40,
        threads: 1,
        ..Settings::for_target(&Normals(1.0), 2)
    }
}

/// Stops after so many draws of all chains.
struct Impatient {
    draws: AtomicUsize,
    most: usize,
}

impl Watch for Impatient {
    fn drawn(&self, _: usize, _: usize) {
        self.draws.fetch_add(1, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.draws.load(Ordering::Relaxed) >= self.most
    }
}

#[test]
fn a_stopped_run_goes_on_to_the_same_draws() {
    let (target, settings) = (Normals(2.0), settings());
    let whole = sample(&target, &settings, &()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let impatient = Impatient {
        draws: AtomicUsize::new(0),
        most: 320,
    };
    let fresh = Checkpoint::fresh(folder.path());
    let stopped = sample_and_keep(&target, &settings, &impatient, Some(&fresh));
    assert_eq!(stopped, Err(SampleError::Interrupted));
    let mut files: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["chain-1.csv", "chain-2.csv"],
        "two chains were done, no other file is left"
    );

    let never = || false;
    let watch = Progress::new(&settings, true, &never);
    let resumed = Checkpoint::resumed(folder.path());
    let again = sample_and_keep(&target, &settings, &watch, Some(&resumed)).unwrap();
    assert_eq!(again, whole);
    assert_eq!(watch.done(), 4 * 140);
    // All are there now: nothing is run.
    let patience = Impatient {
        draws: AtomicUsize::new(0),
        most: usize::MAX,
    };
    let read = sample_and_keep(&target, &settings, &patience, Some(&resumed)).unwrap();
    assert_eq!(read, whole);
    assert_eq!(
        patience.draws.load(Ordering::Relaxed),
        4,
        "each chain is told of once"
    );
}

#[test]
fn chains_of_another_run_are_refused_and_written_over_when_fresh() {
    let settings = settings();
    let folder = tempfile::tempdir().unwrap();
    let fresh = Checkpoint::fresh(folder.path());
    let resumed = Checkpoint::resumed(folder.path());
    sample_and_keep(&Normals(2.0), &settings, &(), Some(&fresh)).unwrap();

    // More chains and more threads are no other run.
    let more = Settings {
        chains: 5,
        threads: 3,
        ..settings.clone()
    };
    sample_and_keep(&Normals(2.0), &more, &(), Some(&resumed)).unwrap();

    for (target, settings) in [
        (Normals(3.0), settings.clone()),
        (
            Normals(2.0),
            Settings {
                seed: 9,
                ..settings.clone()
            },
        ),
    ] {
        let error = sample_and_keep(&target, &settings, &(), Some(&resumed))
            .map(drop)
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("chain-1.csv` is a chain of other data, another model or other settings"),
            "{text}"
        );
    }
    sample_and_keep(&Normals(3.0), &settings, &(), Some(&fresh)).unwrap();
    sample_and_keep(&Normals(3.0), &settings, &(), Some(&resumed)).unwrap();

    let path = folder.path().join("chain-2.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    let error = sample_and_keep(&Normals(3.0), &settings, &(), Some(&resumed))
        .map(drop)
        .unwrap_err();
    assert!(error.to_string().contains("is not a whole chain"), "{error}");
}
