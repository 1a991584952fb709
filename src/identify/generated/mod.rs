//! Recognising ids that Flink generated, from the ids alone.
//!
//! Where a program gives no uid, `StreamGraphHasherV2.generateDeterministicHash` makes one: the hash of the number `n` of ids that
//! were there before, written once and once more for each of the `c` chained outputs, and then for each input, byte by byte,
//! `h = h * 37 xor input`. 37 is odd, so each step can be undone; and the metadata lists all operators of a job. An id from which the
//! steps lead back to the hash of a number is generated, and that with the certainty of 128 bits.
//!
//! One thing cannot be told: a last step is as good in both directions (`X = h * 37 xor Y` is also `Y = h * 37 xor X`). Each such
//! relation therefore only says that one of the two is generated with the other as its last input; `direction` finds which one,
//! as far as that follows.

mod direction;

use std::collections::HashMap;

use rayon::prelude::*;

use super::uid_hash::murmur3_128;
use crate::model::OperatorId;

/// An operator, as far as this has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: OperatorId,
    /// Its id is not made from those of inputs: it has a uid, or it is a source.
    pub has_no_inputs: bool,
}

/// What follows for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its id is generated.
    Generated {
        /// How many ids were there before; `None` where that depends on what could not be told.
        position: Option<u32>,
    },
    /// Its id or that of the other one is generated, or both are.
    OneOfPair(OperatorId),
    /// Nothing follows.
    Unknown,
}

/// More numbers are tried than there are operators, should the metadata not have all of them.
const MORE_OPERATORS: usize = 64;

/// Chained outputs of an operator with several inputs that are tried.
const OUTPUTS_BEHIND_SEVERAL_INPUTS: u32 = 8;

/// Steps that are taken at most to find operators with two inputs, and again for three: a few seconds of one core. All cores take part.
const MOST_STEPS: usize = 400_000_000;

/// Numbers that the table for three inputs has at most: some 40 MB. Of 700 operators it has those without chained outputs.
const LARGEST_TABLE: usize = 600_000;

/// A number and how often it was written, less one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    /// Ids that were there before.
    position: u32,
    /// Chained outputs.
    outputs: u32,
}

/// One of the two ends is generated, with the other one as its last input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Relation {
    ends: [usize; 2],
    position: u32,
}

/// Says for each operator, in the given order, what follows from all ids together.
#[must_use]
pub fn recognise(nodes: &[Node]) -> Vec<Verdict> {
    let most = nodes.len() + MORE_OPERATORS;
    // More operators than that are no job, and the numbers of Flink have 32 bits.
    let (Ok(positions), Ok(outputs)) = (u32::try_from(most), u32::try_from(nodes.len())) else {
        return vec![Verdict::Unknown; nodes.len()];
    };
    let bases = bases(positions, outputs.max(1));
    let numbers: Vec<u128> = nodes.iter().map(|node| u128::from_le_bytes(node.id.0)).collect();
    let sources: Vec<Option<Label>> = numbers.iter().map(|number| bases.get(number).copied()).collect();
    let roots: Vec<bool> =
        nodes.iter().zip(&sources).map(|(node, base)| node.has_no_inputs || base.is_some()).collect();

    let mut relations = of_one_input(&numbers, &roots, &bases);
    let mut outcome = direction::find(&roots, &relations);
    for find in [with_two_inputs, with_three_inputs] {
        let open: Vec<usize> = (0..nodes.len())
            .filter(|node| !roots.get(*node).is_some_and(|root| *root) && !outcome.is_child(*node))
            .collect();
        if open.is_empty() {
            break;
        }
        for relation in find(&numbers, &open, &bases) {
            if !relations.iter().any(|other| other.ends == relation.ends) {
                relations.push(relation);
            }
        }
        outcome = direction::find(&roots, &relations);
    }
    let verdict = |node: usize| {
        if let Some(label) = sources.get(node).copied().flatten() {
            return Verdict::Generated { position: Some(label.position) };
        }
        match outcome.of(node) {
            direction::Outcome::Child(position) => Verdict::Generated { position },
            direction::Outcome::PairWith(other) => {
                nodes.get(other).map_or(Verdict::Unknown, |other| Verdict::OneOfPair(other.id))
            }
            direction::Outcome::Open => Verdict::Unknown,
        }
    };
    (0..nodes.len()).map(verdict).collect()
}

/// The hash of each number, written once and as often as there may be outputs.
fn bases(positions: u32, most_outputs: u32) -> HashMap<u128, Label> {
    let mut bases = HashMap::new();
    let mut bytes = Vec::new();
    for position in 0..positions {
        bytes.clear();
        for outputs in 0..=most_outputs {
            bytes.extend(position.to_le_bytes());
            bases.insert(u128::from_le_bytes(murmur3_128(&bytes)), Label { position, outputs });
        }
    }
    bases
}

/// What a step multiplies with, and what undoes that: 37 * 173 = 25 * 256 + 1.
const FACTOR: u64 = 37;
const INVERSE: u64 = 173;

/// Every byte times a factor below 256, without what exceeds a byte. Every other byte has room for its product in a number of two
/// bytes, so eight bytes take two multiplications.
#[inline]
const fn times_eight(bytes: u64, factor: u64) -> u64 {
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    let even = (bytes & EVEN).wrapping_mul(factor) & EVEN;
    let odd = (bytes >> 8 & EVEN).wrapping_mul(factor) & EVEN;
    even | odd << 8
}

/// The same for all bytes of an id.
#[inline]
const fn times(number: u128, factor: u64) -> u128 {
    (times_eight((number >> 64) as u64, factor) as u128) << 64 | times_eight(low(number), factor) as u128
}

/// The first eight bytes, which are enough to see that a number is not in a table.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
const fn low(number: u128) -> u64 {
    number as u64
}

fn of_one_input(numbers: &[u128], roots: &[bool], bases: &HashMap<u128, Label>) -> Vec<Relation> {
    let mut relations = Vec::new();
    for (second, (number, root)) in numbers.iter().zip(roots).enumerate() {
        for (first, (other, other_root)) in numbers.iter().zip(roots).enumerate().take(second) {
            // Neither of two that have no inputs has the other one as its input.
            if *root && *other_root {
                continue;
            }
            if let Some(label) = bases.get(&times(number ^ other, INVERSE)) {
                relations.push(Relation { ends: [first, second], position: label.position });
            }
        }
    }
    relations
}

fn with_two_inputs(numbers: &[u128], open: &[usize], bases: &HashMap<u128, Label>) -> Vec<Relation> {
    let first = Table::of(up_to(OUTPUTS_BEHIND_SEVERAL_INPUTS, bases));
    search(open, numbers, |number| numbers.iter().find_map(|input| first.before(number, *input)))
}

fn with_three_inputs(numbers: &[u128], open: &[usize], bases: &HashMap<u128, Label>) -> Vec<Relation> {
    let for_each_output = numbers.len().saturating_mul(numbers.len().saturating_add(MORE_OPERATORS));
    let outputs = 0..=OUTPUTS_BEHIND_SEVERAL_INPUTS;
    let outputs = outputs.filter(|outputs| for_each_output.saturating_mul(*outputs as usize + 1) <= LARGEST_TABLE);
    let Some(outputs) = outputs.max() else { return Vec::new() };
    // What there may be after the first input: the other two are undone one by one.
    let after_first = up_to(outputs, bases).map(|(base, position)| (times(base, FACTOR), position));
    let second =
        Table::of(after_first.flat_map(|(base, position)| numbers.iter().map(move |first| (base ^ first, position))));
    search(open, numbers, |number| numbers.iter().find_map(|input| second.before(number, *input)))
}

/// The hashes of operators with so few chained outputs.
fn up_to(outputs: u32, bases: &HashMap<u128, Label>) -> impl Iterator<Item = (u128, u32)> {
    let labelled = bases.iter().filter(move |(_, label)| label.outputs <= outputs);
    labelled.map(|(base, label)| (*base, label.position))
}

/// Undoes the last step of each open operator with each other one, and asks `find` whether what was before has a number.
fn search(open: &[usize], numbers: &[u128], find: impl Fn(u128) -> Option<u32> + Sync) -> Vec<Relation> {
    if open.len().saturating_mul(numbers.len()).saturating_mul(numbers.len()) > MOST_STEPS {
        return Vec::new();
    }
    let of_node = |node: usize| {
        let number = numbers.get(node).copied().unwrap_or_default();
        let others = numbers.iter().enumerate().filter(|(last, _)| *last != node);
        let related = others.filter_map(|(last, other)| {
            let position = find(times(number ^ other, INVERSE))?;
            Some(Relation { ends: [node.min(last), node.max(last)], position })
        });
        related.collect::<Vec<_>>()
    };
    open.par_iter().flat_map_iter(|node| of_node(*node)).collect()
}

/// Numbers with their position, quick to say that something is not among them: by two bits of a table for each number.
struct Table {
    positions: HashMap<u128, u32>,
    bits: Vec<u64>,
    mask: u64,
}

impl Table {
    fn of(numbers: impl Iterator<Item = (u128, u32)>) -> Self {
        let positions: HashMap<u128, u32> = numbers.collect();
        // With so few bits for each number, one in twenty or less is looked up for nothing, and the bits stay in the cache: twice as
        // fast as with four times as many.
        let values = (positions.len().saturating_mul(8)).next_power_of_two().clamp(64, 1 << 26);
        let mut table = Self { bits: vec![0; values / 64], mask: values as u64 - 1, positions };
        let places: Vec<_> = table.positions.keys().flat_map(|number| table.places(low(*number))).collect();
        for (word, bit) in places {
            if let Some(word) = table.bits.get_mut(word) {
                *word |= bit;
            }
        }
        table
    }

    /// The position of what was before a step that led to `after` from `input`.
    #[inline]
    fn before(&self, after: u128, input: u128) -> Option<u32> {
        let [first, second] = self.places(times_eight(low(after ^ input), INVERSE));
        if self.is_free(first) || self.is_free(second) {
            return None;
        }
        self.positions.get(&times(after ^ input, INVERSE)).copied()
    }

    #[inline]
    fn is_free(&self, (word, bit): (usize, u64)) -> bool {
        self.bits.get(word).is_none_or(|word| word & bit == 0)
    }

    #[inline]
    fn places(&self, low: u64) -> [(usize, u64); 2] {
        [low, low >> 32].map(|value| {
            let value = value & self.mask;
            // The mask is one of an index.
            (usize::try_from(value >> 6).unwrap_or(usize::MAX), 1 << (value & 63))
        })
    }
}

/// What a single id tells: whether it is that of a source without uid, in words.
#[must_use]
pub fn number_of_source(id: OperatorId) -> Option<String> {
    const POSITIONS: u32 = 1_000;
    const OUTPUTS: u32 = 64;
    let label = bases(POSITIONS, OUTPUTS).get(&u128::from_le_bytes(id.0)).copied()?;
    Some(format!(
        "the id of every source without uid that has {} operators before it and {} chained to it",
        label.position, label.outputs
    ))
}

#[cfg(test)]
mod tests;
