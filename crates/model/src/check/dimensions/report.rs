//! What is said of units that exclude each other: both sides, and where their units come from.

use std::collections::HashSet;

use euthymia_diagnostics::{Diagnostic, Span};

use super::declared::Origin;
use super::{Inference, Measure, Site};
use crate::model::Symbol;
use crate::syntax::MOST_PROBLEMS;
use crate::syntax::tree::{Block, Expression, ExpressionKind, StatementKind};

/// The most declarations that are pointed at.
const MOST_ORIGINS: usize = 4;
/// Longer terms are cut.
const LONGEST: usize = 48;

/// One side of an equation between units.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) text: String,
    pub(super) site: Site,
    pub(super) measure: Measure,
}

/// What was expected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong<'n> {
    /// Two things that are added, compared or chosen between.
    Together,
    /// A value and what receives it.
    Assigned,
    /// An argument of a function that takes numbers.
    Argument(&'n str),
    /// An exponent.
    Exponent,
    /// A ratio that is raised to a power that is no literal.
    Base,
}

impl<'m> Inference<'m> {
    pub(super) fn side(&self, expression: &Expression, measure: &Measure) -> Side {
        self.side_at(self.site(expression.span), measure)
    }

    pub(super) fn side_at(&self, site: Site, measure: &Measure) -> Side {
        let text = self.files[site.file].source.slice(site.span);
        let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(cut);
            text.push_str("...");
        }
        Side {
            text,
            site,
            measure: measure.clone(),
        }
    }

    /// States that two sides have one dimension, and reports if they have not.
    pub(super) fn same(&mut self, wrong: Wrong<'_>, found: Side, needed: Side) -> bool {
        let bases = self.bases(&found.measure, &needed.measure);
        let hold = self.solver.equate(&found.measure, &needed.measure)
            && bases.is_none_or(|(one, other)| self.solver.equate(&one, &other));
        if !hold && self.diagnostics.len() < MOST_PROBLEMS && self.reported.insert(found.site) {
            let is_new = match wrong {
                Wrong::Together | Wrong::Assigned => true,
                Wrong::Argument(_) | Wrong::Exponent | Wrong::Base => self.said.insert(found.text.clone()),
            };
            if is_new {
                self.report(wrong, &found, &needed);
            }
        }
        hold
    }

    fn report(&mut self, wrong: Wrong<'_>, found: &Side, needed: &Side) {
        let has = self.words(found);
        let needs = self.words(needed);
        let (code, message, at_found, at_needed, help) = match wrong {
            Wrong::Together => (
                "M070",
                format!("`{}` has {has}, `{}` has {needs}", found.text, needed.text),
                format!("has {has}"),
                Some(format!("has {needs}")),
                "what is added, compared or chosen between has one unit: correct the equation, or the unit that is declared",
            ),
            Wrong::Assigned => (
                "M070",
                format!("`{}` has {has}, `{}` needs {needs}", found.text, needed.text),
                format!("has {has}"),
                Some(format!("needs {needs}")),
                "correct the equation, or the unit that is declared",
            ),
            Wrong::Argument(function) => (
                "M071",
                format!("`{}` in `{function}()` has {has}", found.text),
                "expected a number without a unit".to_owned(),
                None,
                "divide it by a quantity of that unit, or correct the unit that is declared",
            ),
            Wrong::Exponent => (
                "M072",
                format!("the exponent `{}` has {has}", found.text),
                "expected a number without a unit".to_owned(),
                None,
                "divide it by a quantity of that unit, or correct the unit that is declared",
            ),
            Wrong::Base => (
                "M072",
                format!("`{}` is raised to a power and has {has}", found.text),
                "expected a ratio without a unit".to_owned(),
                None,
                "divide by a quantity of the same unit, or correct the unit that is declared",
            ),
        };
        let source = |site: Site| &self.files[site.file].source;
        let mut diagnostic =
            Diagnostic::error(code, message).at(source(found.site), found.site.span, at_found);
        if let Some(words) = at_needed {
            diagnostic = diagnostic.at(source(needed.site), needed.site.span, words);
        }
        let mut seen: Vec<Site> = vec![found.site, needed.site];
        for (name, origin) in self.origins(&[found.site, needed.site], &needed.text) {
            let (file, span) = (origin.file, origin.span);
            if seen.len() < MOST_ORIGINS + 2 && !seen.contains(&Site { file, span }) {
                seen.push(Site { file, span });
                let words = format!("`{name}` is in {}", origin.unit);
                diagnostic = diagnostic.at(&self.files[file].source, span, words);
            }
        }
        self.diagnostics.push(diagnostic.help(help));
    }

    /// A unit in words.
    fn words(&self, side: &Side) -> String {
        if let Some(raised) = self.raised_as(&side.measure) {
            let base = Side {
                measure: raised.base.clone(),
                ..side.clone()
            };
            return format!("({})^{}", self.words(&base), raised.exponent);
        }
        let resolved = self.solver.resolve(&side.measure);
        match (resolved.unit.is_bare(), resolved.is_known()) {
            (true, true) => "no unit".to_owned(),
            (true, false) => "an unknown unit".to_owned(),
            (false, true) => resolved.unit.to_string(),
            (false, false) => format!("{} times an unknown unit", resolved.unit),
        }
    }

    /// Declarations that the units at two places rest on, also through variables.
    fn origins(&self, sites: &[Site], target: &str) -> Vec<(&'m str, Origin)> {
        let mut found = Vec::new();
        let mut visited = HashSet::new();
        for site in sites {
            let Some(expression) = self.expression_at(*site) else {
                continue;
            };
            self.collect(expression, &mut visited, &mut found);
        }
        let inside = target.trim_end_matches(')').rsplit('(').next().unwrap_or(target);
        if let Some((name, _)) = self.model.symbols.get_key_value(inside)
            && let Some(origin) = self.declarations.origin(name)
        {
            found.push((name.as_str(), origin.clone()));
        }
        if target.starts_with("d/dt(")
            && let Some(origin) = &self.declarations.time
        {
            found.push(("t", origin.clone()));
        }
        found
    }

    fn collect(
        &self,
        expression: &'m Expression,
        visited: &mut HashSet<&'m str>,
        found: &mut Vec<(&'m str, Origin)>,
    ) {
        let mut rest = vec![expression];
        while let Some(next) = rest.pop() {
            match &next.kind {
                ExpressionKind::Name(name) if visited.insert(name) => {
                    if let Some(origin) = self.declarations.origin(name) {
                        found.push((name, origin.clone()));
                    } else if self.symbol(name) == Some(Symbol::Variable)
                        && let Some((_, definition)) = self.declarations.definition(name)
                    {
                        rest.push(definition);
                    }
                }
                _ => rest.extend(next.children().into_iter().rev()),
            }
        }
    }

    /// The expression at a place.
    fn expression_at(&self, site: Site) -> Option<&'m Expression> {
        fn inside(expression: &Expression, span: Span) -> Option<&Expression> {
            if expression.span == span {
                return Some(expression);
            }
            let contains = expression.span.start <= span.start && span.end <= expression.span.end;
            contains
                .then(|| expression.children())?
                .into_iter()
                .find_map(|child| inside(child, span))
        }
        fn of_block(block: &Block, span: Span) -> Option<&Expression> {
            block
                .statements
                .iter()
                .find_map(|statement| match &statement.kind {
                    StatementKind::Assign { value, .. } => inside(value, span),
                    StatementKind::If { branches, otherwise } => branches
                        .iter()
                        .find_map(|(condition, block)| {
                            inside(condition, span).or_else(|| of_block(block, span))
                        })
                        .or_else(|| otherwise.as_ref().and_then(|block| of_block(block, span))),
                    StatementKind::Endpoint { terms, .. } => terms
                        .iter()
                        .flat_map(|term| &term.arguments)
                        .find_map(|argument| inside(argument, span)),
                    StatementKind::Compartment(_) => None,
                })
        }
        of_block(&self.files[site.file].equations, site.span)
    }
}
