//! What a person is told about a wrong file: each text below is answered with the place, what was expected and the way
//! out. The answers are in `snapshots/`, to be read whenever they change.

use euthymia_diagnostics::render::{Style, text};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Reader, Wanted};
use euthymia_io::toml;

/// Mistakes of TOML itself.
const SYNTAX: &[&str] = &[
    "dose = 0.5 mg/kg\nover = 40 min\n",
    "title = Ketamine twice weekly\n",
    "title = \u{201c}Ketamine\u{201d}\n",
    "title \"Ketamine\"\n",
    "title: \"Ketamine\"\n",
    "title\n",
    "title =\n",
    "title =\n\"Ketamine\"\n",
    "trial title = \"Ketamine\"\n",
    "größe = 1\n",
    "= 1\n",
    "title = \"Ketamine\nsize = 2\n",
    "title = 'Ketamine\n",
    "title = \"\"\"Ketamine\nsize = 2\n",
    "title = \"C:\\data\"\n",
    "size = 5\ntitle = \"a\"\nsize = 6\n",
    "[population]\nsize = 5\n[population]\nmean = 3\n",
    "[treatments]\n[[treatments]]\n",
    "blinded = True\n",
    "blinded = yes\n",
    "condition = trd\n",
    "title = \"a\u{1}b\"\n",
    "{\"title\": 1}\n",
    "dose = null\n",
    "dose = .5\n",
    "dose = 5.\n",
    "dose = 0,5\n",
    "size = 1,000\n",
    "size = 007\n",
    "size = 99999999999999999999\n",
    "dose = 1e999\n",
    "size = 12x\n",
    "size = 1 dose = 2\n",
    "title = \"a\" // the title\n",
    "title = \"a\" over \"b\"\n",
    "// the title\ntitle = \"a\"\n",
    "[population\nsize = 1\n",
    "[[treatments]\ndose = 1\n",
    "[population]]\n",
    "times = [1, 2\nsize = 3\n[population]\n",
    "days = [\"mon\", \"thu\"\n",
    "days = [\"mon\" \"thu\"]\n",
    "weight = { mean = 80, sd = 10\n",
    "a.b = 1\na.b.c = 2\n",
    "a=1\rb=2\r",
];

/// Mistakes in what a file says, against the reader of [`plan`].
const CONTENT: &[&str] = &[
    "",
    "titel = \"a\"\n[population]\nsize = 10\n[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\n",
    "title = 5\nsize = 3\n",
    "title = \"  \"\nblinded = \"yes\"\n",
    "title = [\"a\"]\nblinded = 1\n",
    "title = 2024-05-01\n",
    "[population]\nsize = \"many\"\nfemale = \"0.6\"\nweight = 80\n",
    "[population]\nsize = 2.0\nfemale = \"60 %\"\nweight = \"80 kgs\"\n",
    "[population]\nsize = 2.5\nfemale = 60\nweight = \"80 cm\"\n",
    "[population]\nsize = 0\nfemale = nan\nweight = \"-80 kg\"\n",
    "[population]\nsize = [1]\nfemale = -0.1\nweight = true\nmena = 3\n",
    "population = 5\n",
    "[[population]]\nsize = 5\n",
    "[treatments]\ndrug = \"ketamine\"\n",
    "treatments = []\n",
    "treatments = \"ketamine\"\n",
    "[[treatments]]\n",
    "[[treatments]]\ndrug = \"ketamin\"\ndose = 0.5\n",
    "[[treatments]]\ndrug = \"aspirin\"\ndose = \"0.5\"\n",
    "[[treatments]]\ndrug = 3\ndose = \"0.5 h\"\n",
    "[[treatments]]\ndrug = \"Esketamine\"\ndose = \"0 mg\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"0.5 mg/kg over 40 min\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"\\u0030.5 mgs\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\n[[treatments]]\ndrug = \"ketamine\"\ndosis = \"84 mg\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\ntimes = [\"0 h\", \"1 weak\", 3]\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\ntimes = \"0 h\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\ntimes = [\"0 h\"]\nevery = \"3.5 d\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\nevry = \"3.5 d\"\n",
    "[[treatments]]\ndrug = \"ketamine\"\ndose = \"84 mg\"\nevery = \"1 month\"\n",
];

const DOSE: Wanted = Wanted::new("a dose", &["0.5 mg/kg", "84 mg"]).positive();
const TIME: Wanted = Wanted::new("a time", &["40 min", "3.5 d"]).not_negative();
const WEIGHT: Wanted = Wanted::new("a weight", &["80 kg"]).positive();

/// A small schema that uses every kind of value.
fn plan(source: &Source) -> Vec<Diagnostic> {
    let (document, mut diagnostics) = toml::document(source);
    let Some(document) = document else {
        return diagnostics;
    };
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    reader.required_string("title");
    reader.optional_boolean("blinded");
    reader.optional_table("population", |population| {
        population.required_integer("size", 1..=1_000_000);
        population.optional_number("female", 0.0..=1.0);
        population.optional_quantity("weight", &WEIGHT);
        population.optional_number("mean", ..);
        Some(())
    });
    reader.required_tables("treatments", |treatment| {
        treatment.required_choice("drug", &[("ketamine", 1), ("esketamine", 2), ("saline", 3)]);
        treatment.required_quantity("dose", &DOSE);
        treatment.exactly_one_of(&["times", "every"]);
        treatment.optional_array("times", |time| time.quantity(&TIME));
        treatment.optional_quantity("every", &TIME);
        Some(())
    });
    reader.finish();
    diagnostics
}

fn answers(texts: &[&str], answer: impl Fn(&Source) -> Vec<Diagnostic>) -> String {
    let mut out = String::new();
    for body in texts {
        let source = Source::new("course.toml", *body);
        let shown = text(
            &answer(&source),
            Style {
                colour: false,
                width: 100,
            },
        );
        out.push_str(&format!(
            "{}\n{body}{}\n{shown}\n",
            "=".repeat(72),
            "-".repeat(72)
        ));
    }
    out
}

#[test]
fn mistakes_of_writing() {
    insta::assert_snapshot!(answers(SYNTAX, |source| toml::document(source).1));
}

#[test]
fn mistakes_of_content() {
    insta::assert_snapshot!(answers(CONTENT, plan));
}

#[test]
fn every_wrong_text_is_answered_with_an_error_that_has_a_place() {
    for body in SYNTAX.iter().chain(CONTENT) {
        let diagnostics = plan(&Source::new("course.toml", *body));
        assert!(diagnostics.iter().any(Diagnostic::is_error), "{body}");
        assert!(
            diagnostics.iter().all(|diagnostic| !diagnostic.labels.is_empty()),
            "{body}"
        );
    }
}

#[test]
fn cutting_a_file_anywhere_never_panics() {
    let whole = "# a\ntitle = \"µ\"\nblinded = true\n[population]\nsize = 5\nweight = { mean = \"80 kg\" }\n\n[[treatments]]\ndrug = \
                 'ketamine'\ndose = \"0.5 mg/kg\"\ntimes = [\"0 h\", \"\"\"1 d\"\"\"] # x\r\n";
    for (at, _) in whole.char_indices() {
        let joined = format!("{}{}", &whole[..at], &whole[at..].replacen('"', "", 1));
        for body in [whole[..at].to_owned(), whole[at..].to_owned(), joined] {
            let _ = text(
                &plan(&Source::new("course.toml", body)),
                Style {
                    colour: true,
                    width: 80,
                },
            );
        }
    }
}
