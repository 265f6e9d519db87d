//! A capture file in memory, compressed or not: it is read to an end, and the
//! same at two read sizes.

#![no_main]

use ipmon::decode::decode;
use ipmon::error::Error;
use ipmon::packet::Packet;
use ipmon::source::file::FileSource;
use ipmon::source::{Refill, Source};
use ipmon::sys::wake::Waker;
use libfuzzer_sys::fuzz_target;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// What a small file may inflate to until its reading is broken off: a larger
/// one takes only time.
const ENOUGH: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let Some((&read_size, file)) = input.split_first() else { return };
    let one = read(file, 131_072);
    if one.bytes < ENOUGH {
        assert_eq!(one, read(file, usize::from(read_size) + 1));
    }
});

/// What was read, as a sum over all of it.
#[derive(Debug, PartialEq)]
struct Told {
    frames: u64,
    sum: u64,
    bytes: usize,
    end: Result<(), Error>,
}

fn read(file: &[u8], read_size: usize) -> Told {
    let mut source = FileSource::from_bytes(file.to_vec()).unwrap().with_read_size(read_size);
    let waker = Waker::new().unwrap();
    let mut told = Told { frames: 0, sum: 0, bytes: 0, end: Ok(()) };
    let mut sum = DefaultHasher::new();
    loop {
        match source.refill(&waker, None) {
            Ok(Refill::Ready) => {}
            Ok(Refill::End) => break,
            Ok(Refill::Nothing) => panic!("nobody set the waker"),
            Err(error) => {
                told.end = Err(error);
                break;
            }
        }
        let before = told.frames;
        while let Some(frame) = source.next_frame() {
            told.frames += 1;
            told.bytes += frame.bytes.len() + 16;
            frame.bytes.hash(&mut sum);
            (frame.wire_length, frame.timestamp_ns, frame.link_type).hash(&mut sum);
            (frame.interface, frame.notes, frame.direction as u8).hash(&mut sum);
            if let Ok(headers) = decode(&frame) {
                let packet = Packet { frame, number: told.frames, headers: &headers };
                packet.ip().hash(&mut sum);
                packet.payload().hash(&mut sum);
            }
        }
        assert!(told.frames > before, "ready, and there is no frame");
        if told.bytes > ENOUGH {
            break;
        }
    }
    told.sum = sum.finish();
    told
}
