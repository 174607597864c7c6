//! Scratch.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs)]
use euthymia_calibrate::response::{Data, Plan, Priors, Target};
use euthymia_calibrate::sampler::{self, Settings};
use euthymia_calibrate::tape::Tape;
use euthymia_calibrate::target::LogDensity;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Designs, Theta};

fn main() {
    let mut library = Library::new();
    let root = std::path::Path::new("library");
    let list = |folder: &str, ext: &str| {
        let mut v: Vec<_> = std::fs::read_dir(root.join(folder))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|x| x == ext))
            .collect();
        v.sort();
        v
    };
    let mut docs = vec![
        root.join("sources.toml"),
        root.join("interactions.toml"),
        root.join("moieties.toml"),
    ];
    for f in ["drugs", "instruments", "response"] {
        docs.extend(list(f, "toml"));
    }
    for p in docs {
        let text = std::fs::read_to_string(&p).unwrap();
        let name = p.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let (d, diags) = euthymia_io::toml::document(&euthymia_diagnostics::Source::new(name.clone(), text));
        for d in diags {
            println!("{d:?}");
        }
        library.add_document(name, d.unwrap());
    }
    for f in ["models", "response"] {
        for p in list(f, "R") {
            let name = p.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            library.add_text(
                name.clone(),
                euthymia_diagnostics::Source::new(name, std::fs::read_to_string(&p).unwrap()),
            );
        }
    }
    for p in list("evidence", "csv") {
        let name = p.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let (r, _) = euthymia_io::csv::rows(&euthymia_diagnostics::Source::new(
            name.clone(),
            std::fs::read_to_string(&p).unwrap(),
        ));
        library.add_rows(name, r.unwrap());
    }
    let evidence = library.evidence().unwrap();
    let designs = Designs::of(&evidence, &library).unwrap();
    let exposures = designs.exposures(&library, &Default::default()).unwrap();
    let doc = |p: &str| library.document(p).unwrap().clone();
    let priors = Priors::read(&doc("response/priors.toml")).unwrap_or_else(|d| panic!("{d:?}"));
    let plan = Plan::read(&doc("response/ratings.toml")).unwrap_or_else(|d| panic!("{d:?}"));
    let data = Data::new(&evidence, &designs, &exposures, &plan, &[]);
    println!(
        "{} studies {} arms {} visits {} ratings {} people",
        data.studies.len(),
        data.arms.len(),
        data.visits.len(),
        data.ratings.len(),
        data.people()
    );
    for l in &data.left_out {
        println!("left out {}/{}: {}", l.study, l.arm, l.why);
    }
    let target = Target::new(data, priors);
    let n = target.dimension();
    let x = vec![0.1; n];
    let mut g = vec![0.0; n];
    let mut tape = Tape::default();
    let t = std::time::Instant::now();
    for _ in 0..200 {
        tape.gradient(&x, &mut g, |x| target.log_density(x));
    }
    println!("{n} dims, {:?} a gradient", t.elapsed() / 200);
    let mut worst = 0.0f64;
    for i in 0..n {
        let h = 1e-5;
        let (mut a, mut b) = (x.clone(), x.clone());
        a[i] += h;
        b[i] -= h;
        let d = (target.log_density(&a) - target.log_density(&b)) / (2.0 * h);
        worst = worst.max((d - g[i]).abs() / (1.0 + d.abs()));
    }
    println!("worst gradient {worst:e}");
    let _ = Theta::ALL;
    let args: Vec<usize> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let mut settings = Settings::for_target(&target, 1);
    settings.spread = 0.5;
    settings.tune = args.first().copied().unwrap_or(500);
    settings.draws = args.get(1).copied().unwrap_or(500);
    settings.chains = args.get(2).copied().unwrap_or(2);
    settings.target_acceptance = 0.9;
    let _ = settings;
    run(&target, settings);
}

fn run(_target: &Target, _settings: Settings) {}
