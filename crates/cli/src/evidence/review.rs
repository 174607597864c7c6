//! `euthymia evidence review`: the whole living review as one page.

use std::path::Path;

use euthymia_evidence::{How, Review};
use euthymia_io::atomic;
use euthymia_report::review::{self as report, Made};

use super::{arguments, load};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Computes the review and writes its page.
pub(crate) fn run(options: &arguments::Review, layer: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, asked) = load::load_all(layer, shared)?;
    let how = How::default();
    let review = Review::of(&evidence, &asked, &how).map_err(Failure::Run)?;
    let made = Made {
        command: format!("euthymia evidence review {}", options.out.display()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        method: format!(
            "{}; Knapp-Hartung intervals where three or more studies differ; {} % intervals",
            how.method.name(),
            100.0 * how.level
        ),
    };
    let page = report::page(&review, &made).map_err(Failure::Report)?;
    let path = options.out.join("review.html");
    let json = output::json(&review);
    atomic::write(options.out.join("review.json"), json.as_bytes())?;
    atomic::write(&path, page.as_bytes())?;
    if shared.json {
        println!("{json}");
    } else if !shared.quiet {
        println!("{}", path.display());
    }
    Ok(())
}
