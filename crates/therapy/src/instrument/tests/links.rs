use super::*;

/// Every shipped instrument.
fn all() -> Vec<Instrument> {
    let ids = shelf().stems("instruments", ".toml");
    ids.iter().map(|id| instrument(id)).collect()
}

fn on(from: &str, to: &str, score: f64) -> f64 {
    instrument(from).read_on(&instrument(to), score).unwrap()
}

#[test]
fn every_instrument_reads_the_madrs_or_says_why_not() {
    for one in all() {
        let linked = one.linked_to(&instrument("madrs")).is_some();
        assert_eq!(linked, one.descends_from("madrs"), "{}", one.id);
        assert!(
            linked != one.unlinked.is_some(),
            "{}: linked, or a reason",
            one.id
        );
    }
}

#[test]
fn chains_go_through_every_table() {
    let qids = instrument("qids-c");
    let chain: Vec<&str> = qids.kin.iter().map(|kin| kin.id.as_str()).collect();
    assert_eq!(chain, ["qids-sr", "hamd17", "madrs"]);
    // QIDS 16 is HAM-D 20 (a row of the table), and HAM-D 20 is MADRS 26 (Leucht 2018).
    assert!((qids.to_linked("madrs", 16.0).unwrap() - 26.0).abs() < 1e-9);
    assert!((qids.from_linked("madrs", 26.0).unwrap() - 16.0).abs() < 1e-9);
    let link = &qids.kin[2].link;
    assert_eq!(link.sources, ["leucht-2018", "ids-qids-table", "rush-2006-qids"]);
    assert!(link.assumed, "that both forms of the QIDS have the same number");
    assert!(!instrument("qids-sr").kin[1].link.assumed);
    // Up one branch and down another: QIDS-SR 16 and HAM-D24 27.5 stand in one row.
    assert!((on("qids-sr", "hamd24", 16.0) - 27.5).abs() < 1e-9);
    assert_eq!(
        instrument("phq9").linked_to(&instrument("bdi")).unwrap().sources,
        ["kim-2023", "leucht-2018", "furukawa-2020"]
    );
    assert_eq!(instrument("caps5").linked_to(&instrument("madrs")), None);
    assert_eq!(instrument("caps5").to_linked("madrs", 30.0), None);
    assert_eq!(on("madrs", "madrs", 31.5), 31.5);
}

/// Pairs that other authors found, of which no link was made.
#[test]
fn links_agree_with_tables_that_did_not_make_them() {
    let pairs = [
        // Carmody 2006, 233 outpatients with resistant depression: QIDS-SR 5 is MADRS 7.5.
        ("qids-sr", 5.0, "madrs", 7.5),
        // 1,164 Chinese patients: bands of the QIDS-SR end at MADRS 17, 24 and 33.
        ("qids-sr", 10.5, "madrs", 17.5),
        ("qids-sr", 15.5, "madrs", 24.5),
        ("qids-sr", 20.5, "madrs", 33.5),
        // Carmody 2006: HAM-D17 7, 13, 20, 25, 30, 35 and 40.
        ("hamd17", 7.0, "madrs", 8.5),
        ("hamd17", 13.0, "madrs", 17.5),
        ("hamd17", 20.0, "madrs", 27.0),
        ("hamd17", 25.0, "madrs", 34.0),
        ("hamd17", 30.0, "madrs", 40.0),
        ("hamd17", 35.0, "madrs", 47.0),
        // Heo 2007, the elderly: HAM-D17 is 0.86 MADRS less 1.58.
        ("madrs", 15.0, "hamd17", 11.32),
        ("madrs", 25.0, "hamd17", 19.92),
        ("madrs", 35.0, "hamd17", 28.52),
    ];
    for (from, score, to, found) in pairs {
        let ours = on(from, to, score);
        assert!(
            (ours - found).abs() < 2.0,
            "{from} {score} is {to} {ours}, others found {found}"
        );
    }
}

#[test]
fn a_score_beyond_what_a_table_knows_stays_on_the_scale() {
    assert_eq!(on("madrs", "phq9", 60.0), 27.0);
    assert!((on("phq9", "madrs", 27.0) - 48.0).abs() < 1e-9);
    let phq9 = instrument("phq9");
    assert_eq!(phq9.from_linked("madrs", 75.0), Some(27.0));
    assert_eq!(phq9.from_linked("madrs", -5.0), Some(0.0));
    assert!(phq9.from_linked("madrs", f64::NAN).unwrap().is_nan());
    // What is rated is on the scale, what scatters around it need not be: rounding edges keep their distance.
    let (low, high) = (
        phq9.probability_at_or_beyond(25.0, "madrs", 46.0, Scatter::Points(3.0)),
        phq9.probability_at_or_beyond(26.0, "madrs", 46.0, Scatter::Points(3.0)),
    );
    assert!(low < 0.5 && 0.5 < high && high < 1.0, "{low} {high}");
}

/// A scale of 0 to 100 with what follows its range, response and remission.
fn scale(rest: &str) -> String {
    let said = "source = \"a\", grade = \"seen\"";
    format!(
        "name = \"A\"\nabbreviation = \"A\"\ndirection = \"higher-is-worse\"\nrange = {{ min = 0, max = 100, {said} }}\n\
         response = {{ improvement = 0.5, {said} }}\nremission = {{ cut_off = 10, {said} }}\n{rest}"
    )
}

fn linked(from: &str, points: &str) -> String {
    scale(&format!(
        "[link]\nfrom = \"{from}\"\npoints = {points}\nsource = \"a\"\ngrade = \"seen\"\n"
    ))
}

/// Code, message and the text pointed at, where `a` is read in a library of these files.
fn wrong(files: &[(&str, String)]) -> (&'static str, String, String) {
    let mut library = Library::new();
    for (id, text) in files {
        add(&mut library, id, text);
    }
    let wrong = library.instrument("a").unwrap_err().swap_remove(0);
    let label = wrong.labels[0].clone();
    (
        wrong.code,
        wrong.message,
        label.source.slice(label.span).to_owned(),
    )
}

#[test]
fn a_link_that_cannot_be_followed_is_refused_where_it_is_written() {
    let line = "[[0, 0], [100, 100]]";
    let answers = [
        (
            wrong(&[("a", linked("b", line))]),
            ("L050", "`a` is linked to `b`, which is not there", "\"b\""),
        ),
        (
            wrong(&[("a", linked("a", line))]),
            ("L050", "the links of `a` lead in a circle", "\"a\""),
        ),
        (
            wrong(&[
                ("a", linked("b", line)),
                ("b", linked("c", line)),
                ("c", linked("b", line)),
            ]),
            ("L050", "the links of `a` lead in a circle", "\"b\""),
        ),
        (
            wrong(&[
                ("a", linked("b", line)),
                ("b", scale("").replace("higher-is", "lower-is")),
            ]),
            (
                "L050",
                "`a` and `b` cannot be linked: worse is up on one and down on the other",
                "\"b\"",
            ),
        ),
        (
            wrong(&[
                ("a", linked("b", "[[0, 0], [120, 100]]")),
                ("b", scale("").replace("\"A\"", "\"B\"")),
            ]),
            (
                "L050",
                "the link of `a` has B 120, and B is from 0 to 100",
                "\"b\"",
            ),
        ),
        (
            wrong(&[("a", linked("b", "[[0, 0], [100, 120]]"))]),
            (
                "L010",
                "the second score of a pair must be within the range of the scale",
                "[[0, 0], [100, 120]]",
            ),
        ),
        (
            wrong(&[("a", linked("b", "[[0, 0], [50, 0]]"))]),
            (
                "L010",
                "`points` must be at least two pairs of scores, each above the one before in both",
                "[[0, 0], [50, 0]]",
            ),
        ),
        (
            wrong(&[(
                "a",
                linked("b", line).replace("[link]", "unlinked = \"no table\"\n[link]"),
            )]),
            ("D008", "`link` and `unlinked` cannot stand together", "unlinked"),
        ),
    ];
    for ((code, message, under), expected) in &answers {
        assert_eq!((*code, message.as_str(), under.as_str()), *expected);
    }
}

/// Two or more points, increasing in both.
fn points() -> impl Strategy<Value = Vec<[f64; 2]>> {
    let steps = proptest::collection::vec((0.5..20.0_f64, 0.5..20.0_f64), 1..8);
    (steps, -10.0..10.0_f64, -10.0..10.0_f64).prop_map(|(steps, x, y)| {
        let mut points = vec![[x, y]];
        for (right, up) in steps {
            let [x, y] = points[points.len() - 1];
            points.push([x + right, y + up]);
        }
        points
    })
}

fn link(from: &str, to: &str, points: Vec<[f64; 2]>) -> Link {
    Link {
        from: from.to_owned(),
        to: to.to_owned(),
        points,
        sources: Vec::new(),
        assumed: false,
    }
}

proptest! {
    #[test]
    fn a_link_goes_there_and_back(points in points(), score in -100.0..200.0_f64) {
        let link = link("a", "b", points);
        let there = link.read(score);
        prop_assert!((link.read_back(there) - score).abs() < 1e-6);
        prop_assert!((link.reversed().read(there) - score).abs() < 1e-6);
        prop_assert_eq!(&link.reversed().reversed(), &link);
    }

    #[test]
    fn one_link_after_the_other_is_one_link(first in points(), second in points(), score in -100.0..200.0_f64) {
        let (first, second) = (link("a", "b", first), link("b", "c", second));
        let both = first.then(&second).unwrap();
        let apart = second.read(first.read(score));
        prop_assert!((both.read(score) - apart).abs() < 1e-6 * (1.0 + apart.abs()), "{} {apart}", both.read(score));
        prop_assert!(both.points.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] < pair[1][1]));
        prop_assert_eq!((both.from.as_str(), both.to.as_str()), ("a", "c"));
        prop_assert_eq!(second.then(&first), None);
    }

    /// On the shipped scales, each to each: there and back where neither range ends, a higher score never lower on the
    /// other, and always a score of the other.
    #[test]
    fn any_two_scales_read_each_other(share in 0.0..=1.0_f64, further in 0.0..=1.0_f64) {
        let all = all();
        for from in &all {
            let width = from.maximum - from.minimum;
            let score = from.minimum + share * width;
            let higher = score + further * (from.maximum - score);
            for to in &all {
                let Some(there) = from.read_on(to, score) else {
                    prop_assert_eq!(to.read_on(from, to.minimum), None);
                    continue;
                };
                prop_assert!((to.minimum..=to.maximum).contains(&there));
                prop_assert!(there <= from.read_on(to, higher).unwrap() + 1e-9, "{} {}", from.id, to.id);
                if to.minimum < there && there < to.maximum {
                    let back = to.read_on(from, there).unwrap();
                    prop_assert!((back - score).abs() < 1e-6, "{} {} {score} {back}", from.id, to.id);
                }
                if let Some(told) = to.from_linked(&from.id, score) {
                    prop_assert!((told - there).abs() < 1e-9);
                }
                if let Some(told) = from.to_linked(&to.id, score) {
                    prop_assert!((told - there).abs() < 1e-9);
                }
            }
        }
    }
}

#[test]
fn the_ends_of_the_scales_meet() {
    for one in all().iter().filter(|one| one.descends_from("madrs")) {
        assert_eq!(one.to_linked("madrs", one.minimum), Some(0.0), "{}", one.id);
        assert_eq!(one.from_linked("madrs", 0.0), Some(one.minimum), "{}", one.id);
        assert_eq!(one.from_linked("madrs", 60.0), Some(one.maximum), "{}", one.id);
        let worst = one.to_linked("madrs", one.maximum).unwrap();
        assert!(worst >= 45.0, "{}: the worst is MADRS {worst}", one.id);
    }
}
