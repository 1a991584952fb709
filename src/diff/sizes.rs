//! Bytes, before and after.

use super::{Pair, growth};
use crate::report::{Operator, SizeDiff, SizePart, Snapshot};

/// A part, and where its bytes are told.
type Part<T> = (SizePart, fn(&T) -> Option<u64>);

/// Of the snapshots: all that is known of one of them, grown or not.
pub(super) fn of_snapshots(before: Option<&Snapshot>, after: Option<&Snapshot>) -> Vec<SizeDiff> {
    let parts: [Part<Snapshot>; 6] = [
        (SizePart::State, |snapshot| snapshot.state_bytes),
        (SizePart::Checkpointed, |snapshot| snapshot.checkpointed_bytes),
        (SizePart::Exclusive, |snapshot| snapshot.exclusive_bytes),
        (SizePart::Shared, |snapshot| snapshot.shared_bytes),
        (SizePart::TaskOwned, |snapshot| snapshot.task_owned_bytes),
        (SizePart::Inline, |snapshot| snapshot.inline_bytes),
    ];
    let rows = parts.into_iter().map(|(part, bytes)| {
        let (before, after) = (before.and_then(bytes), after.and_then(bytes));
        let growth = before.zip(after).and_then(|(before, after)| growth(before, after));
        SizeDiff { part: part.into(), before, after, growth, ..SizeDiff::default() }
    });
    rows.filter(|row| row.before.is_some() || row.after.is_some()).collect()
}

/// Of an operator: what differs. Where there is no operator there are no bytes, so one that is new has grown by all that it has.
pub(super) fn of_operators(pair: &Pair<'_>) -> Vec<SizeDiff> {
    let parts: [Part<Operator>; 8] = [
        (SizePart::State, |operator| Some(operator.state_bytes)),
        (SizePart::Checkpointed, |operator| operator.checkpointed_bytes),
        (SizePart::ManagedKeyed, |operator| Some(operator.managed_keyed_bytes)),
        (SizePart::RawKeyed, |operator| Some(operator.raw_keyed_bytes)),
        (SizePart::ManagedOperator, |operator| Some(operator.managed_operator_bytes)),
        (SizePart::RawOperator, |operator| Some(operator.raw_operator_bytes)),
        (SizePart::Channel, |operator| operator.channel_bytes),
        (SizePart::Coordinator, |operator| operator.coordinator_bytes),
    ];
    let side = |operator: Option<&Operator>, bytes: fn(&Operator) -> Option<u64>| match operator {
        Some(operator) => (bytes(operator), bytes(operator)),
        None => (None, Some(0)),
    };
    let rows = parts.into_iter().filter_map(|(part, bytes)| {
        let ((before, from), (after, to)) = (side(pair.before, bytes), side(pair.after, bytes));
        let growth = from.zip(to).and_then(|(from, to)| growth(from, to)).filter(|growth| *growth != 0)?;
        let (operator_id, uid, operator_name) = pair.labels();
        let operator_id = Some(operator_id);
        Some(SizeDiff { operator_id, uid, operator_name, part: part.into(), before, after, growth: Some(growth) })
    });
    rows.collect()
}
