//! Small correct captures, to be damaged and to begin fuzzing from.

use super::containers::{self, Container, Format, Packing};
use super::encapsulations;
use super::frames::{self, Frame};
use super::random::Random;
use super::samples;

/// Some frames of every encapsulation, in no order.
pub(crate) fn frames(random: &mut Random) -> Vec<Frame> {
    let packets = samples::all();
    let mut list = Vec::new();
    for way in encapsulations::every() {
        for _ in 0..6 {
            let (packet, kept) = random.one_of(&packets);
            list.extend(frames::frame(packet, &way, *kept));
        }
        list.extend(frames::no_events(&samples::v4(), &way));
    }
    for place in 0..list.len() {
        let other = random.below(list.len());
        list.swap(place, other);
    }
    list
}

/// A few captures of every container, of up to a dozen frames each, before
/// they are compressed.
pub(crate) fn captures(random: &mut Random, of_each: usize) -> Vec<(Packing, Vec<u8>)> {
    let frames = frames(random);
    let mut captures = Vec::new();
    for container in containers::every() {
        for _ in 0..of_each {
            let some = some_frames(&container, &frames, random);
            let plain = Container { packing: Packing::Plain, ..container };
            captures.push((container.packing, plain.write(&some).0));
        }
    }
    captures
}

fn some_frames(container: &Container, frames: &[Frame], random: &mut Random) -> Vec<Frame> {
    let one = random.one_of(frames).link_type;
    let mixed = matches!(container.format, Format::Sections(_) | Format::Pcapng { .. });
    let fitting: Vec<_> = frames.iter().filter(|f| mixed || f.link_type == one).collect();
    (0..=random.below(30)).map(|_| (*random.one_of(&fitting)).clone()).collect()
}
