//! The units that have a name of their own, and the prefixes each takes.
//!
//! Magnitudes are exact: a whole numerator over a whole denominator and a power of ten, in SI base units (kg, mol, m,
//! s, K) and IU. Source of the non-decimal ones: UCUM 2.1, tables 5 and 7 (`min`, `h`, `d`, `wk`, `a_j`, `m[Hg]`),
//! <https://ucum.org/ucum>.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::dimension::{Base, Dimension};

/// A unit with a name of its own.
#[derive(Debug)]
pub(crate) struct Atom {
    /// How it is printed.
    pub(crate) symbol: &'static str,
    /// Other spellings that take the same prefixes.
    spellings: &'static [&'static str],
    /// Whole words; each is read without a prefix.
    words: &'static [&'static str],
    /// What it measures.
    pub(crate) dimension: Dimension,
    /// Magnitude in base units: `numerator / denominator * 10^decimal`.
    pub(crate) numerator: u32,
    pub(crate) denominator: u32,
    pub(crate) decimal: i32,
    /// Prefixes in use in the field; others would only hide mistakes (`Mg` for `mg`).
    prefixes: &'static str,
}

/// A decimal prefix.
#[derive(Debug)]
pub(crate) struct Prefix {
    pub(crate) symbol: &'static str,
    spellings: &'static [&'static str],
    word: &'static str,
    pub(crate) decimal: i32,
}

const NO_PREFIX: Prefix = Prefix {
    symbol: "",
    spellings: &[""],
    word: "",
    decimal: 0,
};

static PREFIXES: [Prefix; 11] = [
    NO_PREFIX,
    Prefix {
        symbol: "M",
        spellings: &["M"],
        word: "mega",
        decimal: 6,
    },
    Prefix {
        symbol: "k",
        spellings: &["k"],
        word: "kilo",
        decimal: 3,
    },
    Prefix {
        symbol: "h",
        spellings: &["h"],
        word: "hecto",
        decimal: 2,
    },
    Prefix {
        symbol: "d",
        spellings: &["d"],
        word: "deci",
        decimal: -1,
    },
    Prefix {
        symbol: "c",
        spellings: &["c"],
        word: "centi",
        decimal: -2,
    },
    Prefix {
        symbol: "m",
        spellings: &["m"],
        word: "milli",
        decimal: -3,
    },
    // U+00B5 micro sign and U+03BC Greek mu look the same.
    Prefix {
        symbol: "u",
        spellings: &["u", "\u{b5}", "\u{3bc}"],
        word: "micro",
        decimal: -6,
    },
    Prefix {
        symbol: "n",
        spellings: &["n"],
        word: "nano",
        decimal: -9,
    },
    Prefix {
        symbol: "p",
        spellings: &["p"],
        word: "pico",
        decimal: -12,
    },
    Prefix {
        symbol: "f",
        spellings: &["f"],
        word: "femto",
        decimal: -15,
    },
];

const PRESSURE: Dimension = Dimension::of(1, 0, -1, -2);
const ENERGY: Dimension = Dimension::of(1, 0, 2, -2);

/// Everything not said by name: no words, no prefixes, magnitude 1.
const PLAIN: Atom = Atom {
    symbol: "",
    spellings: &[],
    words: &[],
    dimension: Dimension::NONE,
    numerator: 1,
    denominator: 1,
    decimal: 0,
    prefixes: "",
};

static ATOMS: [Atom; 19] = [
    Atom {
        symbol: "g",
        words: &["gram", "grams"],
        dimension: Dimension::MASS,
        decimal: -3,
        prefixes: "kmunp",
        ..PLAIN
    },
    Atom {
        symbol: "L",
        spellings: &["l"],
        words: &["liter", "liters", "litre", "litres"],
        dimension: Dimension::VOLUME,
        decimal: -3,
        prefixes: "dcmun",
        ..PLAIN
    },
    Atom {
        symbol: "mol",
        words: &["mole", "moles"],
        dimension: Dimension::AMOUNT,
        prefixes: "kmunpf",
        ..PLAIN
    },
    Atom {
        symbol: "M",
        dimension: Dimension::MOLAR_CONCENTRATION,
        decimal: 3,
        prefixes: "munpf",
        ..PLAIN
    },
    Atom {
        symbol: "s",
        spellings: &["sec"],
        words: &["second", "seconds"],
        dimension: Dimension::TIME,
        prefixes: "mun",
        ..PLAIN
    },
    Atom {
        symbol: "min",
        words: &["minute", "minutes"],
        dimension: Dimension::TIME,
        numerator: 60,
        ..PLAIN
    },
    Atom {
        symbol: "h",
        words: &["hr", "hrs", "hour", "hours"],
        dimension: Dimension::TIME,
        numerator: 3600,
        ..PLAIN
    },
    Atom {
        symbol: "d",
        words: &["day", "days"],
        dimension: Dimension::TIME,
        numerator: 86_400,
        ..PLAIN
    },
    Atom {
        symbol: "wk",
        words: &["week", "weeks"],
        dimension: Dimension::TIME,
        numerator: 604_800,
        ..PLAIN
    },
    // The Julian year of 365.25 d, as UCUM's `a`.
    Atom {
        symbol: "y",
        words: &["a", "yr", "year", "years"],
        dimension: Dimension::TIME,
        numerator: 31_557_600,
        ..PLAIN
    },
    Atom {
        symbol: "m",
        words: &["meter", "meters", "metre", "metres"],
        dimension: Dimension::LENGTH,
        prefixes: "kcmun",
        ..PLAIN
    },
    Atom {
        symbol: "K",
        words: &["kelvin"],
        dimension: Dimension::base(Base::Temperature),
        ..PLAIN
    },
    Atom {
        symbol: "IU",
        dimension: Dimension::base(Base::Activity),
        prefixes: "Mkmu",
        ..PLAIN
    },
    Atom {
        symbol: "Pa",
        dimension: PRESSURE,
        prefixes: "Mkh",
        ..PLAIN
    },
    Atom {
        symbol: "mmHg",
        words: &["mm[Hg]"],
        dimension: PRESSURE,
        numerator: 133_322,
        decimal: -3,
        ..PLAIN
    },
    Atom {
        symbol: "J",
        words: &["joule", "joules"],
        dimension: ENERGY,
        prefixes: "Mkm",
        ..PLAIN
    },
    Atom {
        symbol: "N",
        dimension: Dimension::of(1, 0, 1, -2),
        prefixes: "km",
        ..PLAIN
    },
    Atom {
        symbol: "%",
        words: &["percent"],
        decimal: -2,
        ..PLAIN
    },
    Atom {
        symbol: "point",
        words: &["points"],
        ..PLAIN
    },
];

/// An atom with its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) prefix: &'static Prefix,
    pub(crate) atom: &'static Atom,
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.prefix.symbol == other.prefix.symbol && self.atom.symbol == other.atom.symbol
    }
}

impl Named {
    /// The power of ten of the prefix and the atom together.
    pub(crate) fn decimal(self) -> i32 {
        self.prefix.decimal + self.atom.decimal
    }
}

/// Every spelling that is read, with what it means.
pub(crate) fn spellings() -> &'static BTreeMap<String, Named> {
    static TABLE: OnceLock<BTreeMap<String, Named>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = BTreeMap::new();
        for atom in &ATOMS {
            for prefix in PREFIXES
                .iter()
                .filter(|prefix| atom.prefixes.contains(prefix.symbol))
            {
                let named = Named { prefix, atom };
                for spelling in std::iter::once(&atom.symbol).chain(atom.spellings) {
                    for short in prefix.spellings {
                        table.insert(format!("{short}{spelling}"), named);
                    }
                }
                for word in atom
                    .words
                    .iter()
                    .filter(|_| prefix.decimal == 0 || word_takes_prefix(atom))
                {
                    table.insert(format!("{}{word}", prefix.word), named);
                }
            }
        }
        if let Some(microgram) = table.get("ug").copied() {
            table.insert("mcg".to_owned(), microgram);
        }
        table
    })
}

/// Whether `milligrams`, `millilitres`, `nanomoles` are words, which `kilohr` is not.
fn word_takes_prefix(atom: &Atom) -> bool {
    matches!(atom.symbol, "g" | "L" | "mol" | "s" | "m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_means_two_things() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for atom in &ATOMS {
            for prefix in PREFIXES
                .iter()
                .filter(|prefix| atom.prefixes.contains(prefix.symbol))
            {
                for spelling in std::iter::once(&atom.symbol).chain(atom.spellings) {
                    for short in prefix.spellings {
                        let clash = seen.insert(format!("{short}{spelling}"), atom.symbol);
                        assert_eq!(clash, None, "{short}{spelling}");
                    }
                }
            }
            if !word_takes_prefix(atom) {
                for word in atom.words {
                    assert_eq!(seen.insert((*word).to_owned(), atom.symbol), None, "{word}");
                }
            }
        }
    }
}
