//! Finished chains, kept in files so that a run that was stopped need not begin again.
//!
//! A chain is written when its last draw is done, to a temporary name that is then moved in place: a file is a whole
//! chain. The randomness of a chain depends on nothing that happened to others, so the chains without a file are run
//! from their beginning and give the draws they would have given.

use std::fmt::Write;
use std::path::PathBuf;

use euthymia_io::{IoError, IoErrorKind, atomic, hash, read_source};
use euthymia_stats::random::{Purpose, Stream};

use crate::sampler::{Chain, SampleError, Settings};
use crate::tape::Tape;
use crate::target::LogDensity;

const FORMAT: &str = "# euthymia chain 1";

/// A folder with a file for each finished chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    folder: PathBuf,
    resume: bool,
}

impl Checkpoint {
    /// Keeps chains in `folder`; those that are there are written over.
    #[must_use]
    pub fn fresh(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            resume: false,
        }
    }

    /// Keeps chains in `folder`; those that are there are not run again.
    #[must_use]
    pub fn resumed(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            resume: true,
        }
    }

    fn path(&self, index: usize) -> PathBuf {
        self.folder.join(format!("chain-{}.csv", index + 1))
    }

    /// The chain that an earlier run left, if this one goes on from it.
    pub(crate) fn found(
        &self,
        index: usize,
        fingerprint: &str,
        dimension: usize,
        draws: usize,
    ) -> Result<Option<Chain>, SampleError> {
        if !self.resume {
            return Ok(None);
        }
        let path = self.path(index);
        let source = match read_source(&path) {
            Ok(source) => source,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(SampleError::Checkpoint(error.to_string())),
        };
        let refused = |why: &str| SampleError::Checkpoint(format!("`{}` {why}", path.display()));
        match parsed(source.text(), fingerprint, dimension) {
            Parsed::Chain(chain) if chain.positions().len() == draws => Ok(Some(chain)),
            Parsed::Other => Err(refused(
                "is a chain of other data, another model or other settings",
            )),
            Parsed::Chain(_) | Parsed::Broken => Err(refused("is not a whole chain")),
        }
    }

    pub(crate) fn keep(
        &self,
        index: usize,
        fingerprint: &str,
        names: &[String],
        chain: &Chain,
    ) -> Result<(), SampleError> {
        let text = written(chain, fingerprint, names);
        atomic::write(self.path(index), text.as_bytes())
            .map_err(|error| SampleError::Checkpoint(error.to_string()))
    }
}

fn is_missing(error: &IoError) -> bool {
    matches!(&error.kind, IoErrorKind::System(error) if error.kind() == std::io::ErrorKind::NotFound)
}

/// Places where the target is looked at.
const LOOKS: Purpose = Purpose(0x6c6f_6f6b);

/// What a chain depends on: the settings, and the target by its names and by what it is at a few positions near the start.
pub(crate) fn fingerprint(target: &impl LogDensity, settings: &Settings) -> String {
    // How many threads there are and how many chains there are besides changes nothing in a chain.
    let Settings {
        chains: _,
        tune,
        draws,
        seed,
        threads: _,
        target_acceptance,
        max_depth,
        mass,
        start,
        spread,
    } = settings;
    let mut text = format!("{tune} {draws} {seed} {target_acceptance:?} {max_depth} {mass:?} {spread:?}");
    let mut note = |numbers: &[f64]| {
        // Writing to a string does not fail.
        let one = |x: &f64| write!(text, " {:x}", x.to_bits()).unwrap_or_default();
        numbers.iter().for_each(one);
    };
    note(start);
    let mut tape = Tape::default();
    let mut gradient = vec![0.0; start.len()];
    for look in 0..3 {
        let address = Stream::new(0).at(LOOKS, 0, look);
        let shift = |draw: usize| spread.max(1.0) * (2.0 * address.uniform(draw as u32) - 1.0);
        let position: Vec<f64> = start.iter().enumerate().map(|(i, x)| x + shift(i)).collect();
        note(&[tape.gradient(&position, &mut gradient, |x| target.log_density(x))]);
        note(&gradient);
    }
    target.names().iter().for_each(|name| {
        text.push('\n');
        text.push_str(name);
    });
    hash::sha256_hex(text.as_bytes())
}

/// Numbers as short as they can be read back without loss.
fn written(chain: &Chain, fingerprint: &str, names: &[String]) -> String {
    let mut text = format!(
        "{FORMAT}\n# {fingerprint}\n# step_size {:?}, depth_exhausted {}, tuning_steps {}, tuning_divergences {}\n",
        chain.step_size, chain.depth_exhausted, chain.tuning_steps, chain.tuning_divergences
    );
    text.push_str("energy,log_density,diverging,steps");
    for name in names {
        // A name may hold what separates columns.
        let quoted = name.replace('"', "\"\"").replace('\n', " ");
        text.push_str(&format!(",\"{quoted}\""));
    }
    for (i, position) in chain.positions().enumerate() {
        let (energy, density) = (chain.energy[i], chain.log_density[i]);
        let diverging = u8::from(chain.diverging[i]);
        text.push_str(&format!(
            "\n{energy:?},{density:?},{diverging},{}",
            chain.steps[i]
        ));
        for x in position {
            text.push_str(&format!(",{x:?}"));
        }
    }
    text.push('\n');
    text
}

enum Parsed {
    Chain(Chain),
    Other,
    Broken,
}

fn parsed(text: &str, fingerprint: &str, dimension: usize) -> Parsed {
    let mut lines = text.lines();
    if lines.next() != Some(FORMAT) {
        return Parsed::Broken;
    }
    if lines.next().and_then(|line| line.strip_prefix("# ")) != Some(fingerprint) {
        return Parsed::Other;
    }
    rest(lines, dimension).map_or(Parsed::Broken, Parsed::Chain)
}

fn rest<'t>(mut lines: impl Iterator<Item = &'t str>, dimension: usize) -> Option<Chain> {
    let mut chain = Chain::with_room(dimension, 0);
    let mut numbers = lines.next()?.strip_prefix("# ")?.split(", ");
    let mut number = |name: &str| numbers.next()?.strip_prefix(name)?.strip_prefix(' ');
    chain.step_size = number("step_size")?.parse().ok()?;
    chain.depth_exhausted = number("depth_exhausted")?.parse().ok()?;
    chain.tuning_steps = number("tuning_steps")?.parse().ok()?;
    chain.tuning_divergences = number("tuning_divergences")?.parse().ok()?;
    lines.next()?;
    for line in lines {
        let mut cells = line.split(',');
        chain.energy.push(cells.next()?.parse().ok()?);
        chain.log_density.push(cells.next()?.parse().ok()?);
        chain.diverging.push(cells.next()? == "1");
        chain.steps.push(cells.next()?.parse().ok()?);
        let before = chain.positions.len();
        for cell in cells {
            chain.positions.push(cell.parse().ok()?);
        }
        if chain.positions.len() != before + dimension {
            return None;
        }
    }
    Some(chain)
}
