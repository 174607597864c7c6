//! Scratch.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs)]
use euthymia_calibrate::response::{Data, Priors, Target};
use euthymia_calibrate::sampler::{self, Settings};
use euthymia_calibrate::tape::Tape;
use euthymia_calibrate::target::LogDensity;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Designs, Ratings, Theta};

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
    let evidence = library.evidence().unwrap().unwrap();
    let designs = Designs::of(&evidence, &library).unwrap();
    let exposures = designs
        .exposures(&library, &euthymia_engine::Options::standard())
        .unwrap();
    let doc = |p: &str| library.document(p).unwrap().clone();
    let priors = Priors::read(&doc("response/priors.toml")).unwrap_or_else(|d| panic!("{:?}", d.iter().map(|d| d.message.clone()).collect::<Vec<_>>()));
    let plan = Ratings::of(&library).unwrap_or_else(|d| panic!("{:?}", d.iter().map(|d| d.message.clone()).collect::<Vec<_>>()));
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
    if args.len() > 3 {
        leave_out(&evidence, &designs, &exposures, &plan, &target, &settings);
    } else {
        run(&target, settings);
    }
}

fn leave_out(
    evidence: &euthymia_evidence::Evidence,
    designs: &Designs,
    exposures: &[euthymia_therapy::response::Exposure],
    plan: &Ratings,
    target: &Target,
    settings: &Settings,
) {
    use euthymia_calibrate::response::held_out::{self, Kind, Prediction, Score};
    let next = std::sync::atomic::AtomicUsize::new(0);
    let found = std::sync::Mutex::new(Vec::<Prediction>::new());
    let studies = &target.data.studies;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let Some(study) = studies.get(i) else { break };
                    let others = Data::new(evidence, designs, exposures, plan, &[study]);
                    let without: Vec<&str> = studies
                        .iter()
                        .filter(|s| *s != study)
                        .map(String::as_str)
                        .collect();
                    let held = Data::new(evidence, designs, exposures, plan, &without);
                    let t = Target::new(others, target.priors.clone());
                    let settings = Settings {
                        threads: 1,
                        start: vec![0.0; t.dimension()],
                        ..settings.clone()
                    };
                    let draws = sampler::sample(&t, &settings, &()).unwrap();
                    let thetas = held_out::thinned(&t, draws.positions(), 400);
                    let p = held_out::predict(&held, &t.data, &thetas, 1);
                    found.lock().unwrap().extend(p);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    for p in &found {
        println!(
            "{}/{} {} h {:?} obs {:.2} med {:.2} [{:.2},{:.2}] rank {:.2} naive {:.2} pooled {:.2}",
            p.study,
            p.arm,
            p.time_h,
            p.kind,
            p.observed,
            p.median,
            p.pi90[0],
            p.pi90[1],
            p.rank,
            p.naive.unwrap_or(f64::NAN),
            p.pooled.unwrap_or(f64::NAN)
        );
    }
    for by in [false, true] {
        for kind in [Kind::Mean, Kind::Response, Kind::Remission] {
            let of: Vec<&Prediction> = found.iter().filter(|p| p.kind == kind).collect();
            println!("{kind:?} by study {by}: {:?}", Score::of(&of, by));
        }
    }
}

fn run(target: &Target, settings: Settings) {
    let t = std::time::Instant::now();
    let draws = sampler::sample(target, &settings, &()).unwrap();
    println!(
        "sampled in {:?}, {} divergences",
        t.elapsed(),
        draws.divergences()
    );
    let first: Vec<f64> = draws.positions().next().unwrap().to_vec();
    for (i, (name, _)) in target.named(&first).iter().enumerate() {
        let q = draws.quantity(|x| target.named(x)[i].1);
        let mut all: Vec<f64> = q.iter().flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let at = |p| euthymia_stats::quantile::type7(&all, p);
        println!(
            "{name:20} {:8.3} [{:8.3},{:8.3}] R {:.3} bulk {:.0} tail {:.0}",
            at(0.5),
            at(0.05),
            at(0.95),
            euthymia_stats::convergence::r_hat(&q).unwrap_or(f64::NAN),
            euthymia_stats::convergence::ess_bulk(&q).unwrap_or(f64::NAN),
            euthymia_stats::convergence::ess_tail(&q).unwrap_or(f64::NAN)
        );
    }
    let names = target.names();
    for (i, name) in names
        .iter()
        .enumerate()
        .filter(|(_, n)| n.starts_with("expect") && n.contains('[') || n.starts_with("drug["))
    {
        let q = draws.quantity(|x| x[i]);
        let all: Vec<f64> = q.iter().flatten().copied().collect();
        print!("{name} {:.2}; ", all.iter().sum::<f64>() / all.len() as f64);
    }
}
