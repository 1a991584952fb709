use super::*;
use crate::identify::operator_id_of;

/// An id as Flink generates it (StreamGraphHasherV2.generateDeterministicHash).
fn generated(position: u32, outputs: usize, inputs: &[OperatorId]) -> OperatorId {
    let mut hash = murmur3_128(&position.to_le_bytes().repeat(1 + outputs));
    for input in inputs {
        for (byte, of_input) in hash.iter_mut().zip(input.0) {
            *byte = byte.wrapping_mul(37) ^ of_input;
        }
    }
    OperatorId(hash)
}

fn unknown(id: OperatorId) -> Node {
    Node { id, has_no_inputs: false }
}

fn known(uid: &str) -> Node {
    Node { id: operator_id_of(uid), has_no_inputs: true }
}

fn is_generated(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Generated { .. })
}

#[test]
fn the_inverse_undoes_the_factor_for_every_byte() {
    let number = |byte: u8| u128::from_le_bytes([byte; 16]);
    for byte in 0..=u8::MAX {
        assert_eq!(times(number(byte), FACTOR), number(byte.wrapping_mul(37)));
        assert_eq!(times(times(number(byte), FACTOR), INVERSE), number(byte));
    }
    let all = u128::from_le_bytes([0, 1, 2, 7, 8, 100, 127, 128, 129, 200, 250, 251, 252, 253, 254, 255]);
    assert_eq!(times(all, FACTOR).to_le_bytes(), all.to_le_bytes().map(|byte| byte.wrapping_mul(37)));
}

#[test]
fn a_chain_behind_a_source_without_uid_is_generated_all_along() {
    let source = generated(0, 1, &[]);
    let map = generated(1, 0, &[source]);
    let sink = generated(2, 0, &[map]);
    let verdicts = recognise(&[unknown(sink), unknown(source), unknown(map)]);
    let positions = [2, 0, 1].map(|position| Verdict::Generated { position: Some(position) });
    assert_eq!(verdicts, positions);
}

#[test]
fn behind_a_known_uid_the_other_one_is_generated_and_the_known_one_is_not() {
    let source = known("orders");
    let map = generated(1, 0, &[source.id]);
    let verdicts = recognise(&[source, unknown(map)]);
    assert_eq!(verdicts, [Verdict::Unknown, Verdict::Generated { position: Some(1) }]);
}

#[test]
fn without_an_anchor_two_ends_stay_a_pair_and_what_comes_after_them_is_proven() {
    let source = operator_id_of("orders");
    let map = generated(1, 0, &[source]);
    let filter = generated(2, 0, &[map]);
    let verdicts = recognise(&[unknown(source), unknown(map), unknown(filter)]);
    assert_eq!(verdicts[0], Verdict::OneOfPair(map));
    assert_eq!(verdicts[1], Verdict::OneOfPair(source));
    assert_eq!(verdicts[2], Verdict::Generated { position: Some(2) });
}

#[test]
fn operators_with_two_and_three_inputs_are_recognised_whatever_their_inputs_are() {
    let (a, b, c) = (known("a"), known("b"), generated(2, 0, &[]));
    let join = generated(3, 1, &[a.id, b.id]);
    let union = generated(4, 0, &[a.id, c, join]);
    let twice = generated(5, 0, &[b.id, b.id]);
    let verdicts = recognise(&[a, b, unknown(c), unknown(join), unknown(union), unknown(twice)]);
    assert!(verdicts[..2].iter().all(|verdict| *verdict == Verdict::Unknown));
    assert!(verdicts[2..].iter().all(|verdict| is_generated(*verdict)), "{verdicts:?}");
}

#[test]
fn uids_alone_are_never_called_generated() {
    let nodes: Vec<Node> = (0..60).map(|number| unknown(operator_id_of(&format!("operator {number}")))).collect();
    assert!(recognise(&nodes).iter().all(|verdict| *verdict == Verdict::Unknown));
}

#[test]
fn nothing_follows_from_no_operator_or_one() {
    assert_eq!(recognise(&[]), []);
    assert_eq!(recognise(&[known("a")]), [Verdict::Unknown]);
}

/// Random graphs: each operator has a uid or none, up to three inputs before it, and may be known.
mod graphs {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    struct Drawn {
        has_uid: bool,
        is_known: bool,
        outputs: usize,
        inputs: Vec<prop::sample::Index>,
    }

    fn drawn() -> impl Strategy<Value = Drawn> {
        let inputs = prop::collection::vec(any::<prop::sample::Index>(), 0..=3);
        (any::<bool>(), any::<bool>(), 0_usize..3, inputs).prop_map(|(has_uid, is_known, outputs, inputs)| Drawn {
            has_uid,
            is_known,
            outputs,
            inputs,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn whatever_the_graph_no_uid_is_called_generated_and_with_all_uids_known_every_generated_id_is(
            graph in prop::collection::vec(drawn(), 1..25),
        ) {
            let mut ids: Vec<OperatorId> = Vec::new();
            for (position, node) in graph.iter().enumerate() {
                let inputs: Vec<OperatorId> =
                    if ids.is_empty() { Vec::new() } else { node.inputs.iter().map(|input| ids[input.index(ids.len())]).collect() };
                let position = u32::try_from(position).expect("a small graph");
                // An output is an operator, too.
                let outputs = node.outputs.min(graph.len() - 1);
                let uid = format!("uid {position}");
                ids.push(if node.has_uid { operator_id_of(&uid) } else { generated(position, outputs, &inputs) });
            }
            let nodes = |all: bool| -> Vec<Node> {
                let known = graph.iter().map(|node| node.has_uid && (all || node.is_known));
                ids.iter().zip(known).map(|(id, has_no_inputs)| Node { id: *id, has_no_inputs }).collect()
            };
            for (node, verdict) in graph.iter().zip(recognise(&nodes(false))) {
                prop_assert!(!(node.has_uid && is_generated(verdict)));
            }
            for (node, verdict) in graph.iter().zip(recognise(&nodes(true))) {
                prop_assert_eq!(!node.has_uid, is_generated(verdict));
            }
        }
    }
}

/// Operators with uids that nobody knows are the longest work: nothing is explained, so two and three inputs are tried for all. 500 of
/// them take two to three seconds of one core in a build for use; what runs here is not optimised.
#[test]
fn operators_of_which_nothing_follows_take_no_longer_than_somebody_waits() {
    let nodes: Vec<Node> = (0..150).map(|number| unknown(operator_id_of(&format!("operator {number}")))).collect();
    let began = std::time::Instant::now();
    assert!(recognise(&nodes).iter().all(|verdict| *verdict == Verdict::Unknown));
    // A bound for a busy machine and code that is not optimised.
    assert!(began.elapsed() < std::time::Duration::from_mins(2), "{:?}", began.elapsed());
}
