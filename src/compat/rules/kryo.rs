//! # Kryo
//!
//! **What it finds.** Whatever Kryo writes.
//!
//! **Why.** Flink records the class, and nothing of its fields: that a changed class reads what it wrote is never checked. Flink 2.0 came
//! with another generation of Kryo, and a snapshot does not say which one wrote it.
//!
//! **What Flink does.** Nothing. A class that got a field was seen to fail with an `EOFException` while restoring (heap) or at the first read
//! of a value (RocksDB); one whose field had another type was read right by luck. From 1.x to 2.x plain classes were read, and others, such
//! as `java.util.UUID`, failed.
//!
//! **Example.** A field of a POJO that is not a POJO itself, because it lacks a constructor without parameters.
//!
//! **Fix.** Make the class a POJO, or use Avro; before an upgrade to 2.x write the state anew on 1.20.

use super::{Code, Context, Coverage, Details, Outcome, Rule, Severity, Verdict};
use crate::compat::source::SourceOperator;
use crate::report::Type;

const UNVERIFIABLE: Code = Code::unknown("KRYO_UNVERIFIABLE");
const MAJOR: Code = Code::unknown("KRYO_MAJOR_UPGRADE");

pub(in crate::compat) const RULE: Rule = Rule { name: "kryo", codes: &[UNVERIFIABLE, MAJOR], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for (operator, _, _) in context.pairs() {
        let mut classes = std::collections::BTreeMap::new();
        for state in &operator.facts.states {
            for (name, part) in [("key", &state.key), ("namespace", &state.namespace), ("value", &state.value)] {
                let Some(part) = part else { continue };
                walk(name, part, &mut |path, class| {
                    classes.entry(class.to_owned()).or_insert_with(|| format!("{}, {path}", state.name));
                });
            }
        }
        for (class, place) in classes {
            judge(context, operator, &class, &place, outcome);
        }
    }
}

fn judge(context: &Context<'_>, operator: &SourceOperator, class: &str, place: &str, outcome: &mut Outcome) {
    if context.crosses_generations() == Some(true) {
        let message = format!("Kryo 2 wrote {class}, and Flink 2.x reads with Kryo 5: whether it can is not known");
        let action = "write the state anew on 1.20 with a POJO or Avro, or try it with a copy of the job";
        outcome.found(MAJOR.found(message).of(operator).evidence(place).action(action));
        return;
    }
    let message = format!("Kryo writes {class}, and nothing records of which fields it consists");
    let finding = UNVERIFIABLE.found(message).of(operator).evidence(place);
    let finding = finding.leading_to(Verdict::Compatible, Severity::Unknown);
    outcome.found(finding.action("make sure that the class and all in it are what they were"));
    if !context.target.is_unchanged {
        let needs = "the fields of classes that Kryo writes, which no snapshot records";
        outcome.not_checked(format!("whether {class} is what it was"), needs, Coverage::Mapping);
    }
}

/// Shows each class that Kryo writes.
fn walk(path: &str, r#type: &Type, show: &mut dyn FnMut(&str, &str)) {
    if r#type.serializer_snapshot.ends_with(".KryoSerializerSnapshot") {
        show(path, r#type.class.as_deref().unwrap_or("a class"));
    }
    for field in &r#type.fields {
        if let Some(inner) = &field.r#type {
            walk(&format!("{path}.{}", field.name), inner, show);
        }
    }
    for inner in &r#type.parameters {
        walk(&format!("{path}[]"), inner, show);
    }
    let subclasses = r#type.details.iter().flat_map(|details| &details.subclasses);
    for inner in subclasses.filter_map(|subclass| subclass.r#type.as_ref()) {
        walk(path, inner, show);
    }
}
