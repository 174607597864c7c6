//! What belongs together: rows that share a sampling error or a random effect, treatments that studies connect.

/// Disjoint sets of rows that grow together.
pub(crate) struct Sets(Vec<usize>);

impl Sets {
    /// Every row alone.
    pub(crate) fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, mut row: usize) -> usize {
        while self.0[row] != row {
            self.0[row] = self.0[self.0[row]];
            row = self.0[row];
        }
        row
    }

    /// Puts the sets of two rows together.
    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.0[high] = low;
    }

    /// Puts all rows that have the same code together.
    pub(crate) fn join_groups(&mut self, codes: &[usize]) {
        let groups = codes.iter().max().map_or(0, |most| most + 1);
        let mut first = vec![None; groups];
        for (row, code) in codes.iter().enumerate() {
            match first[*code] {
                None => first[*code] = Some(row),
                Some(other) => self.join(other, row),
            }
        }
    }

    /// The sets, each in the order of rows, by their first rows.
    pub(crate) fn members(mut self) -> Vec<Vec<usize>> {
        let size = self.0.len();
        let mut place = vec![None; size];
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for row in 0..size {
            let root = self.root(row);
            let at = *place[root].get_or_insert_with(|| {
                sets.push(Vec::new());
                sets.len() - 1
            });
            sets[at].push(row);
        }
        sets
    }
}
