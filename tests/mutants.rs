//! Damaged captures: 20,000 of them give no crash, no hang, and the same events
//! however they are read. `tests/asan-mutants.sh` runs them under the address
//! sanitizer.
//!
//! With IPMON_CAPTURES set to a folder of captures, half of the mutants are
//! made from those.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::containers::Packing;
use common::mutations::mutant;
use common::random::Random;
use common::runs::{Scratch, both_ways};
use common::seeds;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const MUTANTS: usize = 20_000;

/// The longest that one mutant may take, in both ways together.
const SLOW: Duration = Duration::from_secs(1);

/// When one that does not end is given up.
const HANGS: Duration = Duration::from_secs(20);

/// What of a real capture is taken: damage behind that is like damage before.
const PART: usize = 64 * 1024;

/// All files of a folder and the folders in it, in the order of their names.
fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files(&entry, list);
        } else {
            list.push(entry);
        }
    }
}

fn real_captures() -> Vec<PathBuf> {
    let mut list = Vec::new();
    if let Some(folder) = std::env::var_os("IPMON_CAPTURES") {
        files(Path::new(&folder), &mut list);
        assert!(!list.is_empty(), "no file in {}", folder.display());
    }
    list
}

/// Ends the process, naming the mutant, when one does not end: nothing else
/// stops a loop.
fn watch(current: &AtomicUsize, done: &AtomicBool) {
    let mut seen = (usize::MAX, Instant::now());
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
        let number = current.load(Ordering::Relaxed);
        if number != seen.0 {
            seen = (number, Instant::now());
        } else if seen.1.elapsed() > HANGS {
            // Not by the macro, whose output is kept until the test ends.
            let _ = writeln!(std::io::stderr(), "mutant {number} hangs");
            std::process::abort();
        }
    }
}

/// The mutant of that number, whichever were made before it.
fn make(number: usize, seeds: &[(Packing, Vec<u8>)], real: &[PathBuf]) -> Vec<u8> {
    let mut random = Random::new(number as u64);
    let (packing, seed) = random.one_of(seeds);
    let (_, other) = random.one_of(seeds);
    if number % 2 == 1 && !real.is_empty() {
        let mut file = std::fs::read(&real[number / 2 % real.len()]).unwrap();
        file.truncate(PART);
        return mutant(&file, other, &mut random);
    }
    // Damage inside the compressed data shows another side than damage to what
    // was compressed.
    if random.below(4) == 0 {
        return mutant(&packing.pack(seed), other, &mut random);
    }
    packing.pack(&mutant(seed, other, &mut random))
}

#[test]
fn mutants_do_not_crash_or_hang_and_read_the_same_at_every_read_size() {
    let seeds = seeds::captures(&mut Random::new(0), 3);
    let real = real_captures();
    let scratch = Scratch::new("mutants");
    let (current, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let mut events = 0;
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        scope.spawn(|| watch(&current, &done));
        let _done = OnDrop(&done);
        for number in 0..MUTANTS {
            current.store(number, Ordering::Relaxed);
            let file = make(number, &seeds, &real);
            let begin = Instant::now();
            let told = std::panic::catch_unwind(|| {
                both_ways(&file, &scratch, &mut Random::new(number as u64))
            });
            let told = told.unwrap_or_else(|_| panic!("mutant {number}"));
            slowest = slowest.max(begin.elapsed());
            assert!(begin.elapsed() < SLOW, "mutant {number} took {:?}", begin.elapsed());
            events += told.events.len();
            let end = told.end.map_or_else(|e| format!("{:?}", e.kind), |()| "whole".to_owned());
            *ends.entry(end).or_default() += 1;
        }
    });
    println!(
        "{MUTANTS} mutants of {} made and {} real captures, {events} events, slowest {slowest:?}, \
         {ends:?}",
        seeds.len(),
        real.len()
    );
    // Damage that is never noticed, or always at once, would test little.
    for end in ["whole", "Truncated", "Malformed", "NotACapture", "Unsupported"] {
        assert!(ends.contains_key(end), "no mutant ended with {end}");
    }
    assert!(events > MUTANTS, "the mutants hold too few events");
}

/// Also where the test fails: the thread is waited for.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Not a test of the library but of the sanitizer: whether it sees what the
/// library's own code reads. Passes where there is none.
#[test]
#[ignore = "a bug on purpose, for tests/asan-mutants.sh"]
#[allow(unsafe_code, reason = "a bug on purpose")]
fn planted_read_of_freed_memory() {
    let freed = Box::into_raw(Box::new([1u8; 16]));
    let mut text = [0; ipmon::address::TEXT_SIZE];
    // SAFETY: it came from a box, and nothing else gives it back.
    drop(unsafe { Box::from_raw(freed) });
    // SAFETY: there is none: the memory was given back.
    let freed = unsafe { &*freed };
    ipmon::address::format(freed, 4, &mut text);
}
