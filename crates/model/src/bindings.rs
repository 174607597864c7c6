//! Names with values, and branches that can be taken back.
//!
//! The branches of an `if` each begin with the same values. Copying them all for every branch would make a long model
//! with many conditions quadratic, so a branch keeps a journal of what it changed.

use std::collections::{BTreeMap, HashMap};

/// A map with branches.
#[derive(Debug)]
pub(crate) struct Bindings<V> {
    values: HashMap<String, V>,
    /// For every open branch: what the names it changed were bound to before.
    journals: Vec<BTreeMap<String, Option<V>>>,
}

impl<V: Clone> Bindings<V> {
    pub(crate) fn new() -> Self {
        Self {
            values: HashMap::new(),
            journals: Vec::new(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(name)
    }

    /// For changes that outlive a branch.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(name)
    }

    pub(crate) fn insert(&mut self, name: String, value: V) {
        let before = self.values.insert(name.clone(), value);
        if let Some(journal) = self.journals.last_mut() {
            journal.entry(name).or_insert(before);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.values.iter()
    }

    /// Begins a branch.
    pub(crate) fn enter(&mut self) {
        self.journals.push(BTreeMap::new());
    }

    /// Ends a branch: everything is as it was before, and what the branch had changed is returned.
    pub(crate) fn leave(&mut self) -> BTreeMap<String, V> {
        let mut changed = BTreeMap::new();
        for (name, before) in self.journals.pop().unwrap_or_default() {
            let value = match before {
                Some(before) => self.values.insert(name.clone(), before),
                None => self.values.remove(&name),
            };
            changed.extend(value.map(|value| (name, value)));
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_leaves_nothing_behind_but_what_it_returns() {
        let mut bindings = Bindings::new();
        bindings.insert("a".to_owned(), 1);
        bindings.enter();
        bindings.insert("a".to_owned(), 2);
        bindings.enter();
        bindings.insert("a".to_owned(), 3);
        bindings.insert("b".to_owned(), 4);
        assert_eq!(bindings.get("a"), Some(&3));
        assert_eq!(
            bindings.leave(),
            BTreeMap::from([("a".to_owned(), 3), ("b".to_owned(), 4)])
        );
        assert_eq!((bindings.get("a"), bindings.get("b")), (Some(&2), None));
        bindings.insert("a".to_owned(), 5);
        assert_eq!(bindings.leave(), BTreeMap::from([("a".to_owned(), 5)]));
        assert_eq!(bindings.get("a"), Some(&1));
    }
}
