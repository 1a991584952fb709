//! The states of every fixture as the command tells them against what Flink's own reader said of each header.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::fixtures::{Snapshot, json as read_json, snapshots};
use crate::{all, inspect};

/// Scope, kind and name: what makes a state the same in all headers of an operator.
type Identity = (String, String, String);

/// What Flink says of a state, in each of the headers that have it.
type Truth = BTreeMap<Identity, Vec<(Value, Value)>>;

#[test]
fn every_state_of_every_fixture_has_the_name_the_kind_and_the_types_that_flink_reads() {
    let snapshots: Vec<Snapshot> =
        snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with("flink/")).collect();
    let (next, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(snapshot) = snapshots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    compared.fetch_add(compare(snapshot), Ordering::Relaxed);
                }
            });
        }
    });
    let compared = compared.into_inner();
    assert!(compared > 5 * snapshots.len(), "only {compared} states in {} snapshots", snapshots.len());
}

fn compare(snapshot: &Snapshot) -> usize {
    let metadata = snapshot.metadata.to_str().expect("UTF-8");
    let (code, report) = inspect(&[metadata, "--states", "--relocate", &snapshot.relocation()]);
    assert_eq!(code, Some(0), "{}: {}", snapshot.name, report["findings"]);
    let mut compared = 0;
    for operator in all(&report, "operators") {
        let id = operator["operator_id"].as_str().expect("an id");
        let truth = truth(snapshot, id);
        // Those in raw keyed state are compared in `timers.rs`: no header of Flink's has them.
        let in_raw_state = timers_in_raw_state(snapshot, id);
        let states = all(operator, "states").iter();
        let states: Vec<&Value> =
            states.filter(|state| !state["name"].as_str().is_some_and(|name| in_raw_state.contains(name))).collect();
        let ours: BTreeSet<Identity> = states.iter().map(|state| identity(state)).collect();
        let theirs: BTreeSet<Identity> = truth.keys().cloned().collect();
        assert_eq!(ours, theirs, "{} {id}", snapshot.name);
        for state in states {
            let place = format!("{} {id} {}", snapshot.name, state["name"]);
            let flinks = &truth[&identity(state)];
            // Where headers differ, one of them is shown.
            let differences: Vec<Vec<String>> =
                flinks.iter().map(|(flink, key)| differences(&place, state, flink, key)).collect();
            assert!(differences.iter().any(Vec::is_empty), "{:#?}", differences[0]);
            compared += 1;
        }
    }
    compared
}

fn identity(state: &Value) -> Identity {
    let text = |name: &str| state[name].as_str().unwrap_or("").to_owned();
    (text("scope"), text("kind"), text("name"))
}

/// What Flink's reader saw in the headers of an operator and in its changelogs.
fn truth(snapshot: &Snapshot, operator: &str) -> Truth {
    let (scenario, path) = snapshot.scenario_and_path();
    let read = read_json(&scenario.join("headers.json"));
    let this =
        all(&read, "snapshots").iter().find(|entry| entry["path"] == path.as_str()).expect("it is there").clone();
    let mut truth = Truth::new();
    let mut handles: Vec<&Value> = all(&this, "handles").iter().collect();
    handles.retain(|handle| {
        let place = handle["place"].as_str().expect("a place");
        place.starts_with(operator) && !place.contains("/raw_keyed/")
    });
    // A changelog tells keys only in its materialized part.
    let key = handles.iter().map(|handle| header(&read, handle)["key_serializer"].clone()).find(|key| !key.is_null());
    for handle in handles {
        let header = header(&read, handle);
        for state in all(header, "states") {
            let key = match &header["key_serializer"] {
                Value::Null => key.clone().unwrap_or_default(),
                key => key.clone(),
            };
            truth.entry(flinks_identity(state)).or_default().push((state.clone(), key));
        }
    }
    truth
}

fn header<'v>(read: &'v Value, handle: &Value) -> &'v Value {
    let index = usize::try_from(handle["header"].as_u64().expect("an index")).expect("it fits");
    &all(read, "headers")[index]
}

fn flinks_identity(state: &Value) -> Identity {
    let option = |name: &str| state["options"][name].as_str().unwrap_or("").to_lowercase();
    let (scope, kind) = match state["backend_state_type"].as_str().expect("a type") {
        "KEY_VALUE" | "KEY_VALUE_V2" => ("keyed", option("KEYED_STATE_TYPE")),
        "PRIORITY_QUEUE" => ("keyed", "timer".to_owned()),
        "BROADCAST" => ("operator", "broadcast".to_owned()),
        "OPERATOR" => {
            let mode = option("OPERATOR_STATE_DISTRIBUTION_MODE");
            ("operator", if mode == "union" { "union_list" } else { "split_list" }.to_owned())
        }
        other => panic!("{other}"),
    };
    (scope.to_owned(), kind, state["name"].as_str().expect("a name").to_owned())
}

fn differences(place: &str, ours: &Value, flink: &Value, key: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect =
        |what: &str, ours: &Value, flink: &Value| compare_type(&format!("{place}.{what}"), ours, flink, &mut found);
    let serializers = &flink["serializers"];
    let value = &serializers["VALUE_SERIALIZER"];
    match flink["backend_state_type"].as_str().expect("a type") {
        "PRIORITY_QUEUE" => {
            let timer = all(value, "nested");
            expect("key", &ours["key"], &timer[0]);
            expect("namespace", &ours["namespace"], &timer[1]);
        }
        "BROADCAST" => {
            expect("key", &ours["key"], &serializers["KEY_SERIALIZER"]);
            expect("value", &ours["value"], value);
        }
        "KEY_VALUE_V2" if matches!(ours["kind"].as_str(), Some("list" | "map")) => {
            expect("key", &ours["key"], key);
            expect("namespace", &ours["namespace"], &serializers["NAMESPACE_SERIALIZER"]);
            let parts = all(&ours["value"], "parameters");
            expect("value", parts.last().expect("a part"), value);
            if ours["kind"] == "map" {
                expect("value", &parts[0], &serializers["USER_KEY_SERIALIZER"]);
            }
        }
        "OPERATOR" => expect("value", &ours["value"], value),
        _ => {
            expect("key", &ours["key"], key);
            expect("namespace", &ours["namespace"], &serializers["NAMESPACE_SERIALIZER"]);
            expect("value", &ours["value"], value);
        }
    }
    found
}

/// Everything that the report says of a type against what Flink's classes hold.
fn compare_type(place: &str, ours: &Value, flink: &Value, found: &mut Vec<String>) {
    // Before the first materialization of a changelog nothing tells the type of its keys.
    if ours.is_null() && flink.is_null() {
        return;
    }
    let place = format!("{place} › {}", flink["class"].as_str().unwrap_or("?").rsplit('.').next().unwrap_or("?"));
    let mut expect = |what: &str, ours: &Value, flinks: &Value| {
        if ours != flinks {
            found.push(format!("{place}.{what}: {ours} is {flinks} for Flink"));
        }
    };
    expect("class", &ours["serializer_snapshot"], &flink["class"]);
    expect("version", &ours["version"], &flink["version"]);
    expect("opaque", &ours["opaque"], &json!(false));
    let details = &ours["details"];
    for (name, our) in [
        ("pojoClass", &ours["class"]),
        ("enumClass", &ours["class"]),
        ("tupleClass", &ours["class"]),
        ("runtimeType", &ours["class"]),
        ("schema", &details["avro_schema"]),
    ] {
        if let Some(flinks) = flink.get(name) {
            expect(name, our, flinks);
        }
    }
    if flink.get("typeClass").is_some_and(|class| !class.is_null()) {
        expect("typeClass", &ours["class"], &flink["typeClass"]);
    }
    if let Some(constants) = flink["enums"].as_array() {
        expect("enums", &details["constants"], &Value::Array(constants.clone()));
    }
    if let Some(constants) = flink["enumConstants"].as_str() {
        let ours = all(details, "constants").iter().map(|constant| constant.as_str().expect("text"));
        let ours: Vec<String> = ours.map(|constant| format!("({})", constant.replace('=', ","))).collect();
        expect("enumConstants", &json!(format!("List({})", ours.join(", "))), &json!(constants));
    }
    let sql_types: Vec<Value> =
        match (&flink["types"], flink.get("eleType"), flink.get("keyType"), flink.get("dataType")) {
            (Value::Array(types), ..) => types.clone(),
            (_, Some(element), ..) => vec![element.clone()],
            (_, _, Some(key), _) => vec![key.clone(), flink["valueType"].clone()],
            (_, _, _, Some(data)) => vec![data.clone()],
            _ => Vec::new(),
        };
    expect("SQL types", &Value::Array(all(details, "sql_types").to_vec()), &Value::Array(sql_types));
    for (name, property) in [
        ("componentClass", "component_class"),
        ("supportsRowKind", "row_kind"),
        ("nullPaddingLength", "null_padding"),
        ("supportsNullTransaction", "null_transaction"),
        ("hasNullMask", "null_mask"),
        ("supportsPreviousTimestamp", "previous_timestamp"),
        ("cbfCode", "builder"),
        ("isInternalInput", "internal_input"),
        ("numFields", "arity"),
        ("precision", "precision"),
        ("scale", "scale"),
        ("comparator", "comparator"),
        ("isTtlEnabled", "ttl_enabled"),
        ("eleSer", "element_serializer"),
        ("keySerializer", "key_serializer"),
        ("valueSerializer", "value_serializer"),
    ] {
        if let Some(flinks) = flink.get(name).filter(|value| !value.is_null()) {
            let prefix = format!("{property}=");
            let mut properties = all(details, "properties").iter().filter_map(Value::as_str);
            let our = properties.find_map(|property| property.strip_prefix(&prefix));
            let flinks = flinks.as_str().map_or_else(|| flinks.to_string(), ToOwned::to_owned);
            expect(name, &json!(our), &json!(flinks));
        }
    }
    kryo(details, flink, &mut expect);
    inside(&place, ours, flink, found);
}

fn kryo(details: &Value, flink: &Value, expect: &mut dyn FnMut(&str, &Value, &Value)) {
    if flink.get("registrations").is_none() {
        return;
    }
    let entry = |entry: &Value| {
        let value = entry["value"].as_str().filter(|value| *value != "UNSPECIFIED");
        let value = value.map(|value| value.trim_start_matches("CLASS ").trim_start_matches("INSTANCE "));
        let mut class = json!({"class": entry["name"]});
        if let Some(value) = value {
            class["serializer"] = json!(value);
        }
        class
    };
    let registrations: Vec<Value> = all(flink, "registrations").iter().map(entry).collect();
    expect("registrations", &Value::Array(all(details, "kryo_registrations").to_vec()), &Value::Array(registrations));
    let defaults = all(flink, "defaultSerializers").iter().chain(all(flink, "defaultSerializerClasses"));
    let defaults: Vec<Value> = defaults.map(entry).collect();
    expect("defaults", &Value::Array(all(details, "kryo_default_serializers").to_vec()), &Value::Array(defaults));
}

/// The types inside.
fn inside(place: &str, ours: &Value, flink: &Value, found: &mut Vec<String>) {
    let fields =
        all(ours, "fields").iter().map(|field| (field["name"].as_str().unwrap_or("").to_owned(), &field["type"]));
    let parameters = all(ours, "parameters").iter().map(|parameter| (String::new(), parameter));
    let ours_inside: Vec<(String, &Value)> = fields.chain(parameters).collect();
    let mut flinks_inside: Vec<(String, &Value)> = Vec::new();
    if flink.get("pojoClass").is_some() {
        flinks_inside.extend(
            all(flink, "fields")
                .iter()
                .map(|field| (field["name"].as_str().expect("a name").to_owned(), &field["value"])),
        );
        let registered = all(flink, "registeredSubclasses").iter().map(|subclass| (true, subclass));
        let others = all(flink, "nonRegisteredSubclasses").iter().map(|subclass| (false, subclass));
        let flinks: Vec<(bool, &Value)> = registered.chain(others).collect();
        let ours = all(&ours["details"], "subclasses");
        if ours.len() != flinks.len() {
            return found.push(format!("{place}: {} subclasses are {} for Flink", ours.len(), flinks.len()));
        }
        for (ours, (registered, flink)) in ours.iter().zip(flinks) {
            if (&ours["class"], &ours["registered"]) != (&flink["name"], &json!(registered)) {
                found.push(format!("{place}: {ours} is {flink} for Flink"));
            }
            if !flink["value"].is_null() {
                compare_type(place, &ours["type"], &flink["value"], found);
            }
        }
    }
    flinks_inside.extend(all(flink, "nested").iter().map(|nested| (String::new(), nested)));
    for name in ["row", "typeSerializerSnapshot"] {
        flinks_inside.extend(flink.get(name).map(|nested| (String::new(), nested)));
    }
    if ours_inside.len() != flinks_inside.len() {
        return found.push(format!(
            "{place}: {} types inside are {} for Flink",
            ours_inside.len(),
            flinks_inside.len()
        ));
    }
    for (index, ((our_name, ours), (name, flink))) in ours_inside.into_iter().zip(flinks_inside).enumerate() {
        // What has no names of its own has numbers.
        if !name.is_empty() && our_name != name
            || name.is_empty() && !matches!(&*our_name, "") && our_name != index.to_string()
        {
            found.push(format!("{place}: {our_name} is {name} for Flink"));
        }
        if !flink.is_null() {
            compare_type(place, ours, flink, found);
        }
    }
}

/// Names of the timers of the services that Flink's reader saw in raw keyed state.
fn timers_in_raw_state(snapshot: &Snapshot, operator: &str) -> BTreeSet<String> {
    let (scenario, path) = snapshot.scenario_and_path();
    let timers = crate::timers::in_raw_state(&read_json(&scenario.join("headers.json")), &path);
    timers.into_keys().filter(|(id, _)| id == operator).map(|(_, name)| name).collect()
}
