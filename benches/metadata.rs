//! Decoding and encoding of `_metadata`: `cargo bench --bench metadata`.
//!
//! What a decode returns is dropped outside the measured time. `benches/run` compares with Flink's own loader.

mod support;

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use keepoint::format::metadata::{decode, encode};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let real = [("small checkpoint", support::small_checkpoint()), ("small savepoint", support::small_savepoint())];
    for (name, file) in real {
        measure(&mut criterion, name, &fs::read(file).expect("a readable fixture"));
    }
    measure(&mut criterion, &format!("{} files", support::synthetic::FILES), &support::synthetic_file());
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion, name: &str, bytes: &[u8]) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    if bytes.len() > 1 << 20 {
        group.sampling_mode(SamplingMode::Flat).sample_size(20).measurement_time(Duration::from_secs(10));
    }
    group.bench_function("decode", |bencher| {
        bencher.iter_with_large_drop(|| decode(black_box(bytes)).expect("well formed"));
    });
    let decoded = decode(bytes).expect("well formed");
    group.bench_function("encode", |bencher| {
        bencher.iter_with_large_drop(|| encode(black_box(&decoded.metadata)).expect("it fits"));
    });
    group.finish();
}
