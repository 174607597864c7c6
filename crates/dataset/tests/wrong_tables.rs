//! What is said of a wrong table: the code, the cell, the fact and the way out.
#![allow(clippy::unwrap_used)]

mod common;

use common::{in_words, names, rows};
use euthymia_dataset::{DataSet, Dialect, ModelNames};

fn said(text: &str) -> String {
    let (set, problems) = DataSet::read(&rows(text), &names(&["WT"]), Dialect::default(), None);
    assert_eq!(
        set.is_none(),
        problems.iter().any(|problem| problem.is_error()),
        "{text}"
    );
    problems.iter().map(in_words).collect::<Vec<_>>().join("\n  ")
}

/// Rows of `ID,TIME,EVID,AMT,RATE,CMT,II,ADDL,SS,WT` after one right dose.
fn row(row: &str) -> String {
    said(&format!(
        "ID,TIME,EVID,AMT,RATE,CMT,II,ADDL,SS,WT\n1,1,1,5,0,1,0,0,0,70\n{row}\n"
    ))
}

#[test]
fn wrong_headers() {
    let told: Vec<String> = [
        "TIME,WT\n0,70\n",
        "ID,WT\n1,70\n",
        "ID,Time,WT\n1,0,70\n",
        "ID,TIME,amt,WT\n1,0,0,70\n",
        "ID,TIME,TIME,WT\n1,0,0,70\n",
        "ID,TIME,time,WT\n1,0,0,70\n",
        "ID,TIME,DATE,DAT1,WT\n1,0,1,1,70\n",
        "ID,TIME,HEIGHT,WT\n1,0,1,70\n",
        "ID,TIME,AMTT,WT\n1,0,1,70\n",
        "ID,TIME,lcl,WT\n1,0,1,70\n",
        "ID,TIME,wt\n1,0,70\n",
        "ID,TIME\n1,0\n",
        "ID,TIME,WT\n",
    ]
    .iter()
    .map(|text| format!("{}\n  {}", text.lines().next().unwrap(), said(text)))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn wrong_rows() {
    let told: Vec<String> = [
        ",2,0,0,0,1,0,0,0,70",
        "1,,0,0,0,1,0,0,0,70",
        "1,x,0,0,0,1,0,0,0,70",
        "1,0.5,0,0,0,1,0,0,0,70",
        "1,2,8,0,0,1,0,0,0,70",
        "1,2,0.5,0,0,1,0,0,0,70",
        "1,2,1,0,0,1,0,0,0,70",
        "1,2,7,5,2,1,0,0,1,70",
        "1,2,7,0,0,1,0,0,0,70",
        "1,2,7,5,0,1,12,0,0,70",
        "1,2,1,0,5,1,0,0,0,70",
        "1,2,1,-5,0,1,0,0,0,70",
        "1,2,1,five,0,1,0,0,0,70",
        "1,2,1,inf,0,1,0,0,0,70",
        "1,2,1,5,-3,1,0,0,0,70",
        "1,2,1,5,-1,1,0,0,0,70",
        "1,2,1,5,-2,depot,0,0,0,70",
        "1,2,1,5,0,centrl,0,0,0,70",
        "1,2,1,5,0,3,0,0,0,70",
        "1,2,1,5,0,1.5,0,0,0,70",
        "1,2,0,0,0,-2,0,0,0,70",
        "1,2,1,5,0,-central,0,0,0,70",
        "1,2,2,0,0,-3,0,0,0,70",
        "1,2,1,5,0,1,12,0,0,70",
        "1,2,1,5,0,1,0,3,0,70",
        "1,2,1,5,0,1,-12,3,0,70",
        "1,2,1,5,0,1,1:75,3,0,70",
        "1,2,1,5,0,1,12,-3,0,70",
        "1,2,1,5,0,1,12,1.5,0,70",
        "1,2,1,5,0,1,0,0,1,70",
        "1,2,1,5,0,1,12,0,3,70",
        "1,2,1,5,0,1,12,0,9,70",
        "1,2,1,0,2,1,12,3,1,70",
        "1,2,1,0,-2,2,0,0,1,70",
        "1,2,0,5,1,1,12,3,1,70",
        "1,2,3,5,0,1,0,0,0,70",
        "1,2,5,5,2,1,12,0,0,70",
        "1,2,0,0,0,1,0,0,0,heavy",
        "2,2,0,0,0,1,0,0,0,.",
    ]
    .iter()
    .map(|text| format!("{text}\n  {}", row(text)))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn wrong_rows_of_other_columns() {
    let told: Vec<String> = [
        "ID,TIME,WT,MDV\n1,0,70,7\n",
        "ID,TIME,WT,EVID,AMT,MDV\n1,0,70,1,5,0\n",
        "ID,TIME,WT,AMT,DUR,RATE\n1,0,70,5,2,3\n",
        "ID,TIME,WT,AMT,DUR\n1,0,70,5,-2\n",
        "ID,TIME,WT,DV\n1,0,70,low\n",
        "ID,TIME,WT,DV\n1,0,70,\"1,5\"\n",
        "ID,TIME,WT\n1,8:00,70\n1,9:61,70\n",
        "ID,DATE,TIME,WT\n1,2024-03-15,8:00,70\n",
        "ID,DAT2,TIME,WT\n1,2023/2/30,8:00,70\n",
        "ID,TIME,WT\n1,0,70\n2,0,70\n1,5,70\n",
    ]
    .iter()
    .map(|text| format!("{}\n  {}", text.trim_end().replace('\n', " / "), said(text)))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_model_without_compartments_takes_no_dose() {
    let table = rows("ID,TIME,AMT\n1,0,5\n");
    let (set, problems) = DataSet::read(&table, &ModelNames::default(), Dialect::default(), None);
    assert!(set.is_none());
    assert_eq!(problems[0].code, "N012");
}
