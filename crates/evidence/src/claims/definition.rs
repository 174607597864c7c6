//! `claims.toml`: which numbers bear on which claim, and what was judged by hand.

use std::collections::BTreeSet;

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use euthymia_meta::grade::{Concern, Domain, Judgement};

use crate::tables::Evidence;

use super::item::{self, Definition};

/// What bears on a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimDefinition {
    /// Key in `claims.csv`.
    pub id: String,
    /// Name to ask by.
    pub name: String,
    /// Pools and rows.
    pub items: Vec<Definition>,
    /// Domains that numbers cannot judge.
    pub by_hand: Vec<Judgement>,
    /// Why the curators' verdict differs from what the numbers alone come to.
    pub differs: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Definitions {
    /// In the order written.
    pub claims: Vec<ClaimDefinition>,
}

const DOMAINS: [(&str, Domain); 5] = [
    ("risk_of_bias", Domain::RiskOfBias),
    ("inconsistency", Domain::Inconsistency),
    ("indirectness", Domain::Indirectness),
    ("imprecision", Domain::Imprecision),
    ("publication_bias", Domain::PublicationBias),
];
const CONCERNS: [(&str, Concern); 3] = [
    ("not serious", Concern::NotSerious),
    ("serious", Concern::Serious),
    ("very serious", Concern::VerySerious),
];

impl Definitions {
    /// Reads the file. Whether what it names is in the tables is told when the claims are assessed.
    #[must_use]
    pub fn read(document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut found);
        let claims = reader.required_tables("claim", claim);
        reader.finish();
        (claims.map(|claims| Self { claims }), found)
    }

    /// Whether every definition is of a claim of the tables, and every name is given once.
    ///
    /// # Errors
    /// The first that is not.
    pub(super) fn check(&self, evidence: &Evidence) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for claim in &self.claims {
            if evidence.claims.iter().all(|known| known.claim_id != claim.id) {
                return Err(format!(
                    "`{}`: no claim of the tables has the key `{}`",
                    claim.name, claim.id
                ));
            }
            if !ids.insert(claim.id.as_str()) {
                return Err(format!("the claim `{}` is defined twice", claim.id));
            }
            for item in &claim.items {
                if !keys.insert(item.key.as_str()) {
                    return Err(format!("two numbers are called `{}`", item.key));
                }
            }
        }
        Ok(())
    }

    /// What bears on a claim.
    #[must_use]
    pub fn of(&self, claim_id: &str) -> Option<&ClaimDefinition> {
        self.claims.iter().find(|claim| claim.id == claim_id)
    }
}

fn claim(table: &mut Reader<'_, '_>) -> Option<ClaimDefinition> {
    let id = table.required_string("id");
    let name = table.required_string("name");
    let differs = table.optional_string("differs");
    let items = table.optional_tables("item", item::read).unwrap_or_default();
    let by_hand = table
        .optional_table("grade", |grade| {
            Some(
                DOMAINS
                    .iter()
                    .filter_map(|(key, domain)| grade.optional_table(key, |table| judgement(*domain, table)))
                    .collect::<Vec<_>>(),
            )
        })
        .unwrap_or_default();
    Some(ClaimDefinition {
        id: id?,
        name: name?,
        items,
        by_hand,
        differs,
    })
}

fn judgement(domain: Domain, table: &mut Reader<'_, '_>) -> Option<Judgement> {
    let concern = table.required_choice("concern", &CONCERNS);
    let reason = table.required_string("reason");
    Some(Judgement {
        domain,
        concern: concern?,
        reason: reason?,
        computed: false,
    })
}
