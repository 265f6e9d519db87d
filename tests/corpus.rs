//! Writes what fuzzing begins from: `tests/fuzz.sh` asks for it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::random::Random;
use common::seeds;
use std::path::{Path, PathBuf};

fn write(folder: &Path, files: impl Iterator<Item = Vec<u8>>) {
    std::fs::create_dir_all(folder).unwrap();
    for (number, file) in files.enumerate() {
        std::fs::write(folder.join(format!("made-{number:04}")), file).unwrap();
    }
}

#[test]
#[ignore = "writes files: the folder is in IPMON_CORPUS"]
fn write_the_corpus() {
    let folder = PathBuf::from(std::env::var_os("IPMON_CORPUS").unwrap());
    let mut random = Random::new(3);
    // In front of each is what its target takes from there.
    let packets = seeds::frames(&mut random).into_iter().map(|frame| {
        let link_type = u16::try_from(frame.link_type).unwrap().to_le_bytes();
        [&link_type[..], &[0, 0], &frame.bytes].concat()
    });
    write(&folder.join("packet"), packets);
    let files = seeds::captures(&mut random, 1)
        .into_iter()
        .map(|(packing, file)| [&[6][..], &packing.pack(&file)].concat());
    write(&folder.join("file"), files);
    write(&folder.join("filter"), filters());
    write(&folder.join("calls"), calls(&mut random));
}

/// Sequences of calls, each over a small capture (fuzz/targets/calls.rs reads them).
fn calls(random: &mut Random) -> impl Iterator<Item = Vec<u8>> {
    // A handle of 3 is the first monitor, of 11 the second, of 2 one that is gone.
    let sequences: [&[u8]; 10] = [
        // Made, and parsed; the callbacks ask for the counters, stop, and free.
        &[0, 0, 3, 3, 2, 1, 28, 3, 0, 120, 0],
        &[0, 0, 3, 3, 2, 0, 1, 22, 3, 0, 0, 3, 3, 2],
        &[0, 0, 3, 3, 2, 1, 2, 3, 0, 3, 2, 2, 0, 0, 3, 3, 2],
        // Inside the first monitor's callback the second parses, and the first is busy.
        &[0, 0, 0, 0, 3, 3, 2, 2, 3, 11, 2, 1, 3, 3, 2, 1, 26, 11, 0, 1, 25, 3, 0, 5],
        // A filter; no callback; paused; short buffers; sizes.
        &[0, 0, 15, 3, 0, 0, 1, 3, 3, 2, 0, 0, 21, 3, 3, 3, 2],
        &[0, 0, 7, 3, 0, 7, 3, 2, 3, 3, 2, 7, 3, 64, 3, 3, 2],
        &[0, 0, 14, 3, 0, 0, 3, 3, 2, 14, 3, 0, 1, 27, 3, 3, 3, 2, 25, 3, 7, 1, 0],
        &[0, 0, 24, 3, 0, 1, 20, 3, 10, 97, 98, 99, 195, 164, 97, 97, 97, 97, 97, 4, 4, 4],
        &[29, 0, 0, 96, 8, 0, 160, 8, 30, 0, 0, 4, 7, 12, 30, 0, 0, 6, 1, 63, 31, 0, 0, 9],
        // Pulled in batches, and by callbacks.
        &[0, 0, 3, 3, 6, 1, 7, 15, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 3, 2, 3],
    ];
    let files: Vec<_> = seeds::captures(random, 1)
        .into_iter()
        .map(|(packing, file)| packing.pack(&file))
        .filter(|file| file.len() % 8 == 0 && file.len() / 8 <= 255)
        .collect();
    assert!(!files.is_empty());
    let file = move |n: usize| files[n % files.len()].clone();
    sequences.into_iter().enumerate().map(move |(n, calls)| {
        let file = file(n);
        let length = u8::try_from(file.len() / 8).unwrap();
        [&[length][..], &file, calls].concat()
    })
}

fn filters() -> impl Iterator<Item = Vec<u8>> {
    let expressions = [
        "tcp port 443 and not host 192.0.2.1",
        "ip6 or (udp and portrange 5000-6000)",
        "ether host 02:02:02:02:02:02 or vlan 5 and ip",
        "net 198.51.100.0/24 and greater 100",
        "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
        "ip[2:2] > 576 and ip[6:2] & 0x1fff = 0",
        "mpls 100 and ip6 protochain 6",
        "len % 3 = 1 or -len < 4",
    ];
    let frame = [&[2; 12], &[8, 0, 0x45, 0, 0, 40][..], &[6; 30]].concat();
    let asked = expressions.into_iter().enumerate().map({
        let frame = frame.clone();
        move |(n, expression)| {
            let choice = [u8::try_from(n * 2).unwrap(), u8::try_from(frame.len()).unwrap()];
            [&choice[..], &frame, expression.as_bytes()].concat()
        }
    });
    // ldh [12]; jeq #0x800; ldb [14]; and #15; tax; mod x; st M[3]; ret a; ret 0.
    let program: [[u8; 8]; 9] = [
        [0x28, 0, 0, 0, 12, 0, 0, 0],
        [0x15, 0, 0, 6, 0, 8, 0, 0],
        [0x30, 0, 0, 0, 14, 0, 0, 0],
        [0x54, 0, 0, 0, 15, 0, 0, 0],
        [0x07, 0, 0, 0, 0, 0, 0, 0],
        [0x9c, 0, 0, 0, 0, 0, 0, 0],
        [0x02, 0, 0, 0, 3, 0, 0, 0],
        [0x16, 0, 0, 0, 0, 0, 0, 0],
        [0x06, 0, 0, 0, 0, 0, 0, 0],
    ];
    let length = u8::try_from(frame.len()).unwrap();
    asked.chain([[&[3, length][..], &frame, program.as_flattened()].concat()])
}
