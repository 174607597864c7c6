//! What of a request the model that pools can do: nothing that is asked for goes unread.

use serde_json::Value as Json;

use super::{Pooling, Request};
use crate::MetaError;
use crate::synthesis::SubgroupModel;

impl Request {
    /// Refuses what the model leaves no room for.
    pub(super) fn check(&self) -> Result<(), MetaError> {
        let given = |name: &str| self.model.get(name).and_then(Json::as_str);
        let moderated = given("mods").is_some();
        if moderated && self.subgroup.is_some() {
            let reason = "groups and moderators are two analyses; ask for one of them";
            return Err(MetaError::field("subgroup", reason));
        }
        if moderated && self.fill {
            let reason = "studies are filled in around one mean; leave the moderators out";
            return Err(MetaError::field("trim_fill", reason));
        }
        let Some(rules) = self.pooling.rules() else {
            return Ok(());
        };
        let odds_ratio = ["OR", "PETO"]
            .iter()
            .any(|name| self.measure.eq_ignore_ascii_case(name));
        if self.pooling == Pooling::Peto && !odds_ratio {
            let reason = format!(
                "Peto's method pools odds ratios, not `{}`; ask for OR, or leave Peto out",
                self.measure
            );
            return Err(MetaError::field("measure", reason));
        }
        for (name, allowed, what) in [
            ("method", rules.methods, rules.between),
            ("test", rules.tests, rules.intervals),
        ] {
            if let Some(found) = given(name)
                && !allowed.iter().any(|one| one.eq_ignore_ascii_case(found))
            {
                let reason =
                    format!("`{found}` is of the inverse-variance model; {what}; leave `{name}` out");
                return Err(MetaError::field(name, reason));
            }
        }
        let others = [
            ("mods", moderated, "moderators"),
            ("trim_fill", self.fill, "studies that are filled in"),
            (
                "common_tau2",
                self.subgroup_model == SubgroupModel::Common,
                "a variance that groups share",
            ),
        ];
        match others.into_iter().find(|(_, asked, _)| *asked) {
            Some((name, _, what)) => Err(MetaError::field(
                name,
                format!("{what} need the inverse-variance model; leave them or the other model out"),
            )),
            None => Ok(()),
        }
    }
}

/// What a model makes of the options of the inverse-variance model.
struct Rules {
    /// Values of `method` that it has.
    methods: &'static [&'static str],
    /// Why it has no others.
    between: &'static str,
    /// Values of `test` that it has.
    tests: &'static [&'static str],
    /// Why it has no others.
    intervals: &'static str,
}

impl Pooling {
    /// None for inverse variances.
    fn rules(&self) -> Option<Rules> {
        let equal: &[&str] = &["EE", "FE", "CE"];
        let normal = "its intervals are of the normal distribution";
        Some(match self {
            Self::InverseVariance => return None,
            Self::MantelHaenszel => Rules {
                methods: equal,
                between: "Mantel and Haenszel's has no variance between studies",
                tests: &["z"],
                intervals: normal,
            },
            Self::Peto => Rules {
                methods: equal,
                between: "Peto's has no variance between studies",
                tests: &["z"],
                intervals: normal,
            },
            Self::Glmm(_) => Rules {
                methods: &["ML", "EE", "FE", "CE"],
                between: "a generalised linear mixed model is fitted by ML, or by EE without a variance between studies",
                tests: &["z"],
                intervals: normal,
            },
            Self::Bayes(_) => Rules {
                methods: &[],
                between: "the prior and the studies give the variance between studies",
                tests: &[],
                intervals: "a posterior has intervals of its own",
            },
            Self::Cluster(_) => Rules {
                methods: &["REML", "ML"],
                between: "a multilevel model is fitted by REML or ML",
                tests: &["t"],
                intervals: "robust intervals are of t with Satterthwaite's degrees of freedom",
            },
        })
    }
}
