//! Independent tasks on several threads, with the results in their order.

use crate::simulate::SimulateError;
use euthymia_engine::Progress;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// `of` for 0 to `count`; all together are `parts` to `progress`.
///
/// # Errors
/// It was cancelled.
pub(super) fn each<T: Send>(
    count: usize,
    threads: usize,
    (progress, parts): (&dyn Progress, u64),
    of: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, SimulateError> {
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    let work = || {
        while !progress.cancelled() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let result = of(at);
            if let Ok(mut results) = results.lock() {
                results[at] = Some(result);
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress.done(done * parts / count as u64);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_inner().unwrap_or_default();
    let results: Option<Vec<T>> = results.into_iter().collect();
    results
        .filter(|results| results.len() == count)
        .ok_or(SimulateError::Cancelled)
}
