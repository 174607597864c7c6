//! Blocks of states that reach each other: what depends on what, in an order in which each block is fed by earlier ones
//! alone.

/// The blocks. `feeds[from][to]` says whether the derivative of `to` depends on `from`.
pub(crate) fn blocks(feeds: Vec<Vec<bool>>) -> Vec<Vec<usize>> {
    let states = feeds.len();
    let mut reaches = feeds;
    for middle in 0..states {
        let onwards = reaches[middle].clone();
        for from in reaches.iter_mut().filter(|from| from[middle]) {
            from.iter_mut()
                .zip(&onwards)
                .for_each(|(to, onwards)| *to |= onwards);
        }
    }
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for (state, own) in reaches.iter().enumerate() {
        let same = |block: &&mut Vec<usize>| reaches[block[0]][state] && own[block[0]];
        match blocks.iter_mut().find(same) {
            Some(block) => block.push(state),
            None => blocks.push(vec![state]),
        }
    }
    let mut ordered: Vec<Vec<usize>> = Vec::new();
    while !blocks.is_empty() {
        let free = |block: &Vec<usize>| {
            blocks
                .iter()
                .all(|other| other[0] == block[0] || !reaches[other[0]][block[0]])
        };
        // No two blocks feed each other, so there is one that nothing waiting feeds.
        let next = blocks.iter().position(free).unwrap_or(0);
        ordered.push(blocks.remove(next));
    }
    ordered
}
