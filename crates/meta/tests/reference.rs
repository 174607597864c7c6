//! Every case of `suite/reference/meta`: the values that metafor, meta, netmeta and others gave, key by key.
//!
//! `EUTHYMIA_META=rma_uni` (a kind, or a part of an id) runs some of them and tells every difference;
//! `EUTHYMIA_META_CASES=DIR` takes other cases of the same form.

#![allow(clippy::unwrap_used, reason = "a case that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use euthymia_meta::analysis::{Analysis, Inputs};
use euthymia_meta::{Column, Frame};
use serde_json::Value as Json;

fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("EUTHYMIA_META_CASES") {
        return folder.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suite/reference/meta")
}

fn frame(path: &Path) -> Frame {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |place: usize| {
        let cells: Vec<&str> = records.iter().map(|record| &record[place]).collect();
        Column::of_texts(&cells)
    };
    Frame::new(
        names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.clone(), column(place)))
            .collect(),
    )
}

fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(x) => x.as_f64(),
        Json::Bool(x) => Some(f64::from(u8::from(*x))),
        Json::String(text) if text == "Inf" => Some(f64::INFINITY),
        Json::String(text) if text == "-Inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// The numbers of a value in order; `None` for what is missing; texts are left out.
fn flat(json: &Json, numbers: &mut Vec<Option<f64>>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| flat(item, numbers)),
        Json::Object(members) => members.values().for_each(|item| flat(item, numbers)),
        Json::Null => numbers.push(None),
        other => {
            if let Some(x) = number(other) {
                numbers.push(Some(x));
            }
        }
    }
}

fn differs(wanted: &Json, got: &Json, tolerance: &Json) -> Option<String> {
    if let (Json::Object(wanted), Json::Object(got)) = (wanted, got) {
        return wanted.iter().find_map(|(key, value)| match got.get(key) {
            None => Some(format!("{key} is not given")),
            Some(got) => differs(value, got, tolerance).map(|difference| format!("{key}: {difference}")),
        });
    }
    let (mut want, mut have) = (Vec::new(), Vec::new());
    flat(wanted, &mut want);
    flat(got, &mut have);
    if want.len() != have.len() {
        return Some(format!("{} numbers, expected {}", have.len(), want.len()));
    }
    let (rtol, atol) = (
        tolerance["rtol"].as_f64().unwrap(),
        tolerance["atol"].as_f64().unwrap(),
    );
    want.iter()
        .zip(&have)
        .enumerate()
        .find_map(|(place, (want, have))| {
            let want = (*want)?;
            let near = |have: f64| want == have || (have - want).abs() <= atol + rtol * want.abs();
            (!have.is_some_and(near)).then(|| format!("[{place}] {have:?}, expected {want:?}"))
        })
}

fn run(case: &Json) -> Result<(), String> {
    let folder = folder();
    let data = case["data"].as_array().unwrap();
    let analysis = Analysis {
        kind: case["kind"].as_str().unwrap().to_owned(),
        inputs: Inputs::new(case["inputs"].clone()),
        data: data
            .iter()
            .map(|file| frame(&folder.join(file.as_str().unwrap())))
            .collect(),
    };
    let values = analysis.run().map_err(|error| error.to_string())?.to_json();
    let mut problems = String::new();
    for (key, wanted) in case["values"].as_object().unwrap() {
        let mut texts_only = Vec::new();
        flat(wanted, &mut texts_only);
        if texts_only.is_empty() {
            continue;
        }
        let tolerance = &case["tolerance"];
        let tolerance = if tolerance[key].is_null() {
            &tolerance["default"]
        } else {
            &tolerance[key]
        };
        match values.get(key) {
            None => write!(problems, " {key} is not given;").unwrap(),
            Some(got) => {
                if let Some(difference) = differs(wanted, got, tolerance) {
                    write!(problems, " {key} {difference};").unwrap();
                }
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

#[test]
fn values_of_the_reference_packages() {
    let text = std::fs::read_to_string(folder().join("cases.jsonl")).unwrap();
    let wanted = std::env::var("EUTHYMIA_META").unwrap_or_default();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failed = Vec::new();
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let (id, kind) = (case["id"].as_str().unwrap(), case["kind"].as_str().unwrap());
        if !wanted.is_empty() && kind != wanted && !id.contains(&wanted) {
            continue;
        }
        let count = counts.entry(kind.to_owned()).or_default();
        count.1 += 1;
        match run(&case) {
            Ok(()) => count.0 += 1,
            Err(problem) => {
                failed.push(id.to_owned());
                if !wanted.is_empty() {
                    let software = &case["software"];
                    println!("{id} ({software}): {problem}");
                }
            }
        }
    }
    let (good, all) = counts
        .values()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    for (kind, (good, all)) in &counts {
        println!("{kind:24} {good:4} of {all:4}");
    }
    println!("{:24} {good:4} of {all:4}", "all");
    if !wanted.is_empty() || std::env::var_os("EUTHYMIA_META_CASES").is_some() {
        println!("not agreeing: {}", failed.join(" "));
        return;
    }
    let explained = std::fs::read_to_string(folder().join("differences.tsv")).unwrap();
    let explained: BTreeMap<&str, &str> = explained
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    for id in &failed {
        println!("{id}: {}", explained.get(id.as_str()).unwrap_or(&"UNEXPLAINED"));
    }
    let listed: Vec<&str> = explained.keys().copied().collect();
    failed.sort();
    assert_eq!(
        failed, listed,
        "cases that differ and those of differences.tsv are not the same"
    );
    assert!(good * 100 >= all * 95, "fewer than 95 % of the cases agree");
}
