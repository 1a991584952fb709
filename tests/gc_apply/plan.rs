//! Plan files: what was written is read; what was changed, cut off or made up is not.

use std::io::Write;
use std::sync::{Arc, Mutex};

use keepoint::gc::plan::{PlanError, PlanReader, PlanWriter, check_seal};
use keepoint::report::{
    GcClass, GcDecision, GcItem, GcPlanHeader, GcPlanRecord, GcPlanSeal, GcRoot, GcSnapshot, GcTotals, SCHEMA,
};
use prost::Message;

/// A file that stays readable while it is written.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn header() -> GcPlanRecord {
    let root = GcRoot { location: "s3://bucket/flink".to_owned(), ..GcRoot::default() };
    let header = GcPlanHeader { format: 1, schema: SCHEMA.to_owned(), roots: vec![root], ..GcPlanHeader::default() };
    GcPlanRecord { header: Some(header), ..GcPlanRecord::default() }
}

fn snapshot(name: &str, decision: GcDecision) -> GcPlanRecord {
    let location = format!("s3://bucket/flink/job/{name}");
    let metadata = format!("{location}/_metadata");
    let snapshot = GcSnapshot { location, metadata, decision: decision.into(), ..GcSnapshot::default() };
    GcPlanRecord { snapshot: Some(snapshot), ..GcPlanRecord::default() }
}

fn item(path: &str, class: GcClass, snapshot: Option<&str>) -> GcPlanRecord {
    let item = GcItem {
        path: path.to_owned(),
        class: class.into(),
        snapshot: snapshot.map(str::to_owned),
        ..GcItem::default()
    };
    GcPlanRecord { item: Some(item), ..GcPlanRecord::default() }
}

fn totals() -> GcPlanRecord {
    GcPlanRecord { totals: Some(GcTotals::default()), ..GcPlanRecord::default() }
}

const GONE: &str = "s3://bucket/flink/job/chk-1";

fn good() -> Vec<GcPlanRecord> {
    vec![
        header(),
        snapshot("chk-1", GcDecision::Delete),
        snapshot("chk-2", GcDecision::Keep),
        item("s3://bucket/flink/job/chk-1/_metadata", GcClass::Metadata, Some(GONE)),
        item("s3://bucket/flink/job/chk-1/state", GcClass::Retired, Some(GONE)),
        item("s3://bucket/flink/job/shared/old", GcClass::SharedOrphan, None),
        totals(),
    ]
}

fn written(records: &[GcPlanRecord]) -> Result<Vec<u8>, PlanError> {
    let file = Shared::default();
    let mut writer = PlanWriter::new(Box::new(file.clone()));
    for record in records {
        writer.write(record)?;
    }
    writer.seal()?;
    let bytes = file.0.lock().expect("nobody panicked").clone();
    Ok(bytes)
}

/// The same without the writer's own judgement.
fn forged(records: &[GcPlanRecord]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut bytes: Vec<u8> = records.iter().flat_map(Message::encode_length_delimited_to_vec).collect();
    let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let seal = GcPlanSeal { digest, records: records.len() as u64 };
    let seal = GcPlanRecord { seal: Some(seal), ..GcPlanRecord::default() };
    bytes.extend(seal.encode_length_delimited_to_vec());
    bytes
}

fn error_of(bytes: &[u8]) -> PlanError {
    check_seal(bytes).expect_err("it must not be taken")
}

#[test]
fn what_was_written_is_read_again_and_its_seal_holds() {
    let bytes = written(&good()).expect("a good plan");
    let read: Vec<_> = PlanReader::open(bytes.as_slice()).map(|record| record.expect("readable")).collect();
    assert_eq!(read[..good().len()], good());
    assert_eq!(read.len(), good().len() + 1, "the seal comes last");
    let facts = check_seal(bytes.as_slice()).expect("sealed");
    assert_eq!(facts.records, good().len() as u64);
    assert_eq!(Some(facts.header), header().header);
    assert_eq!(bytes, forged(&good()), "any writer of delimited messages writes the same");
}

#[test]
fn a_plan_that_is_cut_off_anywhere_is_not_taken() {
    let bytes = written(&good()).expect("a good plan");
    for end in 0..bytes.len() {
        match error_of(&bytes[..end]) {
            PlanError::NotAPlan(_) if end < 3 => {}
            PlanError::CutOff { at } => assert_eq!(at, end as u64),
            other => panic!("cut off at {end}: {other}"),
        }
    }
}

#[test]
fn a_plan_in_which_any_bit_was_changed_is_not_taken() {
    let bytes = written(&good()).expect("a good plan");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert!(check_seal(changed.as_slice()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_plan_whose_items_were_edited_has_another_digest_than_its_seal() {
    let bytes = written(&good()).expect("a good plan");
    let at = bytes.windows(3).position(|window| window == b"old").expect("the last item");
    let mut edited = bytes;
    edited[at..at + 3].copy_from_slice(b"new");
    assert!(matches!(error_of(&edited), PlanError::DigestDiffers { .. }));
}

#[test]
fn what_is_no_plan_is_called_that() {
    for foreign in [&b""[..], b"{\"plan\": 1}", b"\x04\x22\x11\x44\x0a\xf3\x93\x00", b"\x0a\x00", &[0xff; 40]] {
        assert!(matches!(error_of(foreign), PlanError::NotAPlan(_)), "{foreign:?}: {}", error_of(foreign));
    }
    let headless = forged(&good()[1..]);
    assert!(matches!(error_of(&headless), PlanError::NotAPlan(_)));
}

#[test]
fn a_plan_of_a_newer_format_is_called_that() {
    let mut records = good();
    records[0].header.as_mut().expect("the header").format = 2;
    assert!(matches!(error_of(&forged(&records)), PlanError::Newer { format: 2 }));
    assert!(written(&records).is_err());
}

#[test]
fn what_follows_a_seal_is_not_taken() {
    let mut bytes = written(&good()).expect("a good plan");
    bytes.extend(item("s3://bucket/flink/z", GcClass::SharedOrphan, None).encode_length_delimited_to_vec());
    assert!(matches!(error_of(&bytes), PlanError::Damaged { .. }));
}

#[test]
fn a_well_sealed_plan_that_breaks_the_rules_is_neither_written_nor_taken() {
    let with = |at: usize, record: GcPlanRecord| {
        let mut records = good();
        records.insert(at, record);
        records
    };
    let orphan = |path| item(path, GcClass::SharedOrphan, None);
    let mut no_totals = good();
    no_totals.pop();
    let mut two_parts = good();
    two_parts[6].item = orphan("s3://bucket/flink/zzz").item;
    let cases = [
        ("outside of the roots", with(6, orphan("s3://bucket/flinkelstein/x"))),
        ("a root itself", with(3, orphan("s3://bucket/flink"))),
        ("in another bucket", with(6, orphan("s3://other/flink/x"))),
        ("in another store", with(3, orphan("hdfs://bucket/flink/x"))),
        ("climbing out", with(6, orphan("s3://bucket/flink/job/z/../../../x"))),
        ("not as it is written", with(6, orphan("s3://bucket/flink/job//z"))),
        ("not as it is written either", with(6, orphan("s3://bucket/flink/job/z/"))),
        ("no place", with(3, orphan("flink/job/x"))),
        ("out of order", with(6, orphan("s3://bucket/flink/job/a"))),
        ("twice", with(6, orphan("s3://bucket/flink/job/shared/old"))),
        ("without a class", with(6, item("s3://bucket/flink/z", GcClass::Unspecified, None))),
        (
            "with a snapshot that stays",
            with(6, item("s3://bucket/flink/z", GcClass::Retired, Some("s3://bucket/flink/job/chk-2"))),
        ),
        ("retired with nobody", with(6, item("s3://bucket/flink/z", GcClass::Retired, None))),
        ("metadata of nobody", with(6, item("s3://bucket/flink/z", GcClass::Metadata, Some(GONE)))),
        ("metadata taken for a file", with(5, orphan("s3://bucket/flink/job/chk-2/_metadata"))),
        ("a snapshot after the items", with(4, snapshot("chk-3", GcDecision::Keep))),
        ("a second header", with(1, header())),
        ("an empty message", with(6, GcPlanRecord::default())),
        ("a message of two parts", two_parts),
        ("without sums", no_totals),
    ];
    for (what, records) in cases {
        assert!(written(&records).is_err(), "{what}: written");
        let error = error_of(&forged(&records));
        assert!(matches!(error, PlanError::Refused { .. } | PlanError::Damaged { .. }), "{what}: {error}");
    }
}

#[test]
fn a_message_that_promises_gigabytes_costs_nothing() {
    let mut bytes = written(&good()[..1]).unwrap_or_else(|_| header().encode_length_delimited_to_vec());
    bytes.extend([0xff, 0xff, 0xff, 0x7f]);
    assert!(matches!(error_of(&bytes), PlanError::Damaged { what: "a message is too long", .. }));
}
