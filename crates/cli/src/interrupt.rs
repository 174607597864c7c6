//! Ctrl-C: the first asks the run to stop cleanly, a second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Starts listening. Without a handler (none could be installed) Ctrl-C ends the process, as usual.
pub(crate) fn listen() {
    let installed = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            euthymia_io::atomic::remove_unfinished();
            std::process::exit(130);
        }
    });
    drop(installed);
}

/// Whether the user asked to stop.
pub(crate) fn requested() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
