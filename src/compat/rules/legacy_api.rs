//! # Connectors of the old interfaces
//!
//! **What it finds.** State of Kafka's old source and sink, `FlinkKafkaConsumer` and `FlinkKafkaProducer`, on the way to Flink 2.
//!
//! **Why.** Neither is there for Flink 2, and `KafkaSource` and `KafkaSink` do not read what the old ones wrote.
//!
//! **What Flink does.** Under the same uid the new connector starts as if there were nothing: a source where its configuration says, a sink
//! without the transactions that were open. The old state is carried along unread. Under another uid it is state without an operator. That
//! follows from the names of states that both declare; no recorded snapshot has such state.
//!
//! **Example.** The union list `topic-partition-offset-states` of an operator, and a job for 2.3.
//!
//! **Fix.** On 1.20, replace the connector: stop with a savepoint, so that offsets are committed and transactions closed, give the new one
//! another uid and the group's offsets as its start, and take the next snapshot.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};

const REMOVED: Code = Code::loss("LEGACY_API_REMOVED", FlinkReaction::Silent);

pub(in crate::compat) const RULE: Rule = Rule { name: "legacy_api", codes: &[REMOVED], check };

/// States by which the old connectors are known (`FlinkKafkaConsumerBase.OFFSETS_STATE_NAME`,
/// `FlinkKafkaProducer.NEXT_TRANSACTIONAL_ID_HINT_DESCRIPTOR_V2` and the one before it).
const KNOWN_BY: [(&str, &str); 3] = [
    ("topic-partition-offset-states", "FlinkKafkaConsumer"),
    ("next-transactional-id-hint-v2", "FlinkKafkaProducer"),
    ("next-transactional-id-hint", "FlinkKafkaProducer"),
];

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.crosses_generations() != Some(true) {
        return;
    }
    for (operator, _, continued) in context.pairs() {
        // Whoever still has it declares it: connectors of others use these names, too. A job that is taken as it is declares nothing.
        let declares = |name: &str| {
            !context.target.is_unchanged
                && continued.states.as_ref().is_some_and(|states| states.entries.iter().any(|state| state.name == name))
        };
        let found = operator.facts.states.iter().find_map(|state| {
            let (name, connector) = KNOWN_BY.iter().find(|(name, _)| *name == state.name)?;
            (!declares(name)).then_some((*name, *connector))
        });
        if let Some((name, connector)) = found {
            let message = format!("{connector} is not there for Flink 2, and nothing else reads what it wrote");
            let action = "on 1.20, stop with a savepoint, replace the connector under another uid, and take a snapshot";
            outcome.found(REMOVED.found(message).of(operator).of_state(name).action(action));
        }
    }
}
