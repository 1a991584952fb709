//! Which end of each relation is the generated one.
//!
//! Each generated id with inputs has one relation: to its last input. So operators and relations make trees, and every operator of a
//! tree but one, its root, is generated. An operator that is known to have no inputs is the root. Where none is known, the numbers
//! tell: an id is generated after those of its inputs, so along every path away from the root the numbers grow. Of a tree without
//! known root, that leaves the two ends of the relation with the smallest number at most; if both fit, they are the pair of which
//! nobody can tell which one is generated from the other.

use super::Relation;

/// What is known of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is generated; its number, where that is definite.
    Child(Option<u32>),
    /// It or the other one is.
    PairWith(usize),
    /// Nothing is known.
    Open,
}

/// What is known of all operators.
#[derive(Debug)]
pub(super) struct Outcomes(Vec<Outcome>);

impl Outcomes {
    pub(super) fn of(&self, node: usize) -> Outcome {
        self.0.get(node).copied().unwrap_or(Outcome::Open)
    }

    pub(super) fn is_child(&self, node: usize) -> bool {
        matches!(self.of(node), Outcome::Child(_))
    }
}

/// Finds them. `roots` says which operators have no inputs.
pub(super) fn find(roots: &[bool], relations: &[Relation]) -> Outcomes {
    let mut outcomes = vec![Outcome::Open; roots.len()];
    let mut neighbours: Vec<Vec<(usize, u32)>> = vec![Vec::new(); roots.len()];
    for relation in relations {
        let [a, b] = relation.ends;
        for (from, to) in [(a, b), (b, a)] {
            if let Some(of) = neighbours.get_mut(from) {
                of.push((to, relation.position));
            }
        }
    }
    let mut seen = vec![false; roots.len()];
    for start in 0..roots.len() {
        if seen.get(start).copied().unwrap_or(true) {
            continue;
        }
        let Some(tree) = Tree::with(start, &neighbours, &mut seen) else { continue };
        tree.settle(roots, &mut outcomes);
    }
    Outcomes(outcomes)
}

/// Operators that relations connect, and no circle among them.
struct Tree<'a> {
    nodes: Vec<usize>,
    neighbours: &'a [Vec<(usize, u32)>],
}

impl<'a> Tree<'a> {
    /// The tree that an operator is in; `None` where it is in something else, of which nothing follows.
    fn with(start: usize, neighbours: &'a [Vec<(usize, u32)>], seen: &mut [bool]) -> Option<Self> {
        let mut nodes = vec![start];
        let mut ends = 0;
        let mut next = 0;
        if let Some(seen) = seen.get_mut(start) {
            *seen = true;
        }
        while let Some(node) = nodes.get(next).copied() {
            next += 1;
            for (neighbour, _) in neighbours.get(node).into_iter().flatten() {
                ends += 1;
                if let Some(seen) = seen.get_mut(*neighbour)
                    && !std::mem::replace(seen, true)
                {
                    nodes.push(*neighbour);
                }
            }
        }
        (ends == 2 * (nodes.len() - 1)).then_some(Self { nodes, neighbours })
    }

    fn settle(&self, roots: &[bool], outcomes: &mut [Outcome]) {
        if self.nodes.len() < 2 {
            return;
        }
        let is_root = |node: &usize| roots.get(*node).copied().unwrap_or(false);
        let known: Vec<usize> = self.nodes.iter().copied().filter(is_root).collect();
        let candidates = if known.is_empty() { self.nodes.clone() } else { known };
        let ways: Vec<Vec<(usize, u32)>> =
            candidates.iter().filter_map(|root| self.children_from(*root, roots)).collect();
        match ways.as_slice() {
            // Something that no graph is like: nothing is known.
            [] => {}
            [way] => {
                for (node, position) in way {
                    set(outcomes, *node, Outcome::Child(Some(*position)));
                }
            }
            [first, others @ ..] => {
                let is_always = |node: usize| others.iter().all(|way| way.iter().any(|(other, _)| *other == node));
                for (node, position) in first.iter().filter(|(node, _)| is_always(*node)) {
                    let is_same = others.iter().all(|way| way.contains(&(*node, *position)));
                    set(outcomes, *node, Outcome::Child(is_same.then_some(*position)));
                }
                let open: Vec<usize> = self.nodes.iter().copied().filter(|node| !is_child(outcomes, *node)).collect();
                if let [a, b] = open[..] {
                    set(outcomes, a, Outcome::PairWith(b));
                    set(outcomes, b, Outcome::PairWith(a));
                }
            }
        }
    }

    /// All operators but the root, each with its number; `None` where an id would come before that of its input, or one that has no
    /// inputs would have one.
    fn children_from(&self, root: usize, roots: &[bool]) -> Option<Vec<(usize, u32)>> {
        let mut children = Vec::with_capacity(self.nodes.len());
        // An operator, from where it was reached, and its number; that of the root may be any.
        let mut open: Vec<(usize, usize, Option<u32>)> = vec![(root, root, None)];
        while let Some((node, from, position)) = open.pop() {
            for (neighbour, of_relation) in self.neighbours.get(node).into_iter().flatten() {
                if *neighbour == from {
                    continue;
                }
                let is_later = position.is_none_or(|position| position < *of_relation);
                if !is_later || roots.get(*neighbour).copied().unwrap_or(false) {
                    return None;
                }
                children.push((*neighbour, *of_relation));
                open.push((*neighbour, node, Some(*of_relation)));
            }
        }
        // A number is given once.
        let mut positions: Vec<u32> = children.iter().map(|(_, position)| *position).collect();
        positions.sort_unstable();
        positions.windows(2).all(|pair| pair[0] != pair[1]).then_some(children)
    }
}

fn set(outcomes: &mut [Outcome], node: usize, outcome: Outcome) {
    if let Some(of) = outcomes.get_mut(node) {
        *of = outcome;
    }
}

fn is_child(outcomes: &[Outcome], node: usize) -> bool {
    matches!(outcomes.get(node), Some(Outcome::Child(_)))
}
