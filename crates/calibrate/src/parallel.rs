//! Independent work on several threads, its results in order.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::sampler::Watch;

/// What `one` makes of 0, 1, 2, ... below `count`, on up to `threads` threads.
pub(crate) fn each<T, F>(threads: usize, count: usize, one: F) -> Vec<T>
where
    T: Send + Sync,
    F: Fn(usize) -> T + Sync,
{
    let next = AtomicUsize::new(0);
    let slots: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = slots.get(index) else { return };
            slot.get_or_init(|| one(index));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(work);
        }
        work();
    });
    slots.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Stops all when one has failed.
pub(crate) struct Together<'w> {
    watch: &'w dyn Watch,
    failed: AtomicBool,
}

impl<'w> Together<'w> {
    pub(crate) fn new(watch: &'w dyn Watch) -> Self {
        Self {
            watch,
            failed: AtomicBool::new(false),
        }
    }

    /// Notes whether a part of the work failed.
    pub(crate) fn noted<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        self.failed.fetch_or(result.is_err(), Ordering::Relaxed);
        result
    }
}

impl Watch for Together<'_> {
    fn drawn(&self, chain: usize, draws: usize) {
        self.watch.drawn(chain, draws);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.watch.cancelled()
    }
}
