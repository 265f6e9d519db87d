//! Packets written one behind the other into an array of the caller's.

use super::event::Event;
use super::packet::ipmon_packet;
use super::sink::CSink;
use super::text::Grows;
use crate::address::TEXTS_ROOM;
use crate::monitor::Batch;
use crate::packet::{Fields, Packet};
use std::mem::size_of;

/// The most packets of one batch: more of them, with their texts, would not stay in a
/// processor's caches until they are looked at.
const MOST: usize = 4096;

/// What a batch lends, but for the packets themselves.
pub(super) struct Lent {
    texts: Vec<u8>,
    /// The memory from the first byte of its frames to their last.
    pub(super) base: *const u8,
    pub(super) length: usize,
}

// SAFETY: `base` is never followed here; what lies there is borrowed from the source, which
// moves between threads with the monitor.
unsafe impl Send for Lent {}

impl Lent {
    pub(super) fn new() -> Self {
        Lent { texts: Vec::new(), base: b"".as_ptr(), length: 0 }
    }

    /// The batch is over.
    pub(super) fn forget(&mut self) {
        (self.base, self.length) = (b"".as_ptr(), 0);
    }
}

/// One call's batch.
pub(super) struct CBatch {
    out: *mut u8,
    stride: usize,
    /// The places of the next packet, and behind the last.
    next: *mut u8,
    end: *mut u8,
    address_text: bool,
    /// A packet is done when its fields are written: the caller's packets have our size, and
    /// no text is asked for.
    plain: bool,
    /// How much of the room for texts is used.
    used: usize,
    /// The first frame, from which offsets count.
    base: *const u8,
    /// Where the newest frame begins; in front of the first, behind all that could.
    newest: *const u8,
    /// The first and the last byte of the frames, as offsets from the base, up to where
    /// they last began anew.
    low: isize,
    high: isize,
    /// Where a packet is written that is larger than its place.
    spare: Event,
}

/// Whether there may be callers with smaller packets than ours.
const GREW: bool = size_of::<Event>() > ipmon_packet::FIRST;

// SAFETY: it lives on the stack of one call, and the array is that call's.
unsafe impl Send for CBatch {}

impl CBatch {
    /// # Safety
    /// `out` points to `stride * capacity` writable bytes that nothing else uses during
    /// the call; it and `stride` are multiples of an event's alignment, and `stride` is not
    /// smaller than the first version of one.
    pub(super) unsafe fn new(
        out: *mut ipmon_packet,
        stride: usize,
        capacity: usize,
        address_text: bool,
    ) -> Self {
        let out = out.cast::<u8>();
        CBatch {
            out,
            stride,
            next: out,
            // SAFETY: the caller vouches for the array.
            end: unsafe { out.add(stride * capacity.min(MOST)) },
            address_text,
            plain: !address_text && stride == size_of::<Event>(),
            used: 0,
            base: std::ptr::null(),
            newest: std::ptr::without_provenance(usize::MAX),
            low: 0,
            high: 0,
            spare: Event::new(),
        }
    }

    /// The place of the next packet; where that is too small, another.
    #[inline(always)]
    fn place(&mut self) -> &mut Event {
        if GREW && self.stride < size_of::<Event>() {
            return &mut self.spare;
        }
        // SAFETY: in front of the end, and the caller of `new` vouches for the array:
        // aligned, and room for an event, which has numbers and pointers alone: any bytes of
        // C's are one. None of them is read before it is written.
        unsafe { &mut *self.next.cast() }
    }

    /// What a packet needs when its fields are written, where that is not all. Behind them,
    /// so that they are not kept until it is known that there is text to be made.
    #[inline(always)]
    fn finish(&mut self, sink: &mut CSink, version: u8, source: &[u8; 16], destination: &[u8; 16]) {
        if self.address_text
            && let Some(room) = sink.lent.texts.get_mut(self.used..)
            && let Some(room) = room.first_chunk_mut::<TEXTS_ROOM>()
        {
            let (at, used) = sink.texts.write(version, source, destination, room);
            let [source, destination] = at.map(|at| room.as_ptr().wrapping_add(at).cast());
            self.place().set_text(source, destination);
            self.used += used;
        }
        if self.stride != size_of::<Event>() {
            self.fit();
        }
    }

    /// Ends the packet at hand for a caller whose packets have another size: zeroes what a
    /// newer one knows and this library does not; copies what an older one knows.
    #[cold]
    fn fit(&mut self) {
        let Some(more) = self.stride.checked_sub(size_of::<Event>()) else {
            let spare = (&raw const self.spare).cast::<u8>();
            // SAFETY: it is larger than the place.
            unsafe { spare.copy_to(self.next, self.stride) };
            return;
        };
        // SAFETY: the place's bytes behind the event; `new` vouches for them.
        let rest = unsafe { self.next.add(size_of::<Event>()) };
        // SAFETY: as above, to the end of the place.
        unsafe { rest.write_bytes(0, more) };
    }

    /// Before the first packet.
    fn begin(&mut self, frame: &[u8], sink: &mut CSink) {
        self.base = frame.as_ptr();
        if self.address_text {
            // Once for all: packets point into it.
            let room = (self.end.addr() - self.out.addr()) / self.stride * TEXTS_ROOM;
            if sink.lent.texts.len() < room {
                sink.lent.texts.resize(room, 0);
            }
        }
    }

    #[inline(always)]
    fn offset(&self, of: *const u8) -> isize {
        of.addr().wrapping_sub(self.base.addr()).cast_signed()
    }

    /// This frame does not lie behind the newest: it is the first, or a ring began anew
    /// after its end.
    #[cold]
    fn anew(&mut self, frame: &[u8], sink: &mut CSink) {
        if self.base.is_null() {
            return self.begin(frame, sink);
        }
        self.high = self.high.max(self.end_of_newest());
        self.low = self.low.min(self.offset(frame.as_ptr()));
    }

    /// Where the newest frame ends, as an offset from the base.
    fn end_of_newest(&self) -> isize {
        let newest = self.next.wrapping_sub(self.stride).cast::<ipmon_packet>();
        // SAFETY: a packet was written there, and every version of one has the field.
        let length = unsafe { (*newest).frame_length };
        self.offset(self.newest.wrapping_add(length as usize))
    }

    /// How many packets were written.
    pub(super) fn written(&self) -> isize {
        ((self.next.addr() - self.out.addr()) / self.stride).cast_signed()
    }

    /// Offsets count from the lowest frame, where that is not the first.
    #[cold]
    fn move_base(&mut self) {
        let by = self.low.unsigned_abs() as u64;
        let mut place = self.out;
        let known = self.stride.min(size_of::<Event>());
        while place != self.next {
            let mut event = Event::new();
            let whole = (&raw mut event).cast::<u8>();
            // SAFETY: an event, or as much of one as the caller knows, was written to each
            // place in front of the next.
            unsafe { whole.copy_from(place, known) };
            event.set_frame_offset(event.frame_offset().wrapping_add(by));
            // SAFETY: as above.
            unsafe { place.copy_from((&raw const event).cast(), known) };
            // SAFETY: not beyond the next place.
            place = unsafe { place.add(self.stride) };
        }
    }
}

impl Batch<CSink> for CBatch {
    #[inline(always)]
    fn packet(&mut self, sink: &mut CSink, packet: &Packet<'_, impl Fields>) {
        let frame = packet.frame.bytes;
        if frame.as_ptr() < self.newest {
            self.anew(frame, sink);
        }
        self.newest = frame.as_ptr();
        let offset = self.offset(frame.as_ptr());
        self.place().write_new(packet, offset.cast_unsigned() as u64);
        // A constant, where it is one.
        let mut stride = size_of::<Event>();
        if !self.plain {
            let h = packet.headers;
            self.finish(sink, h.version(), &h.source(), &h.destination());
            stride = self.stride;
        }
        // SAFETY: at most the array's end.
        self.next = unsafe { self.next.add(stride) };
    }

    fn count(&self) -> usize {
        self.written().cast_unsigned()
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        self.next == self.end
    }

    fn done(&mut self, sink: &mut CSink) {
        sink.lent.forget();
        if self.base.is_null() {
            return;
        }
        self.high = self.high.max(self.end_of_newest());
        if self.low < 0 {
            self.move_base();
        }
        sink.lent.base = self.base.wrapping_offset(self.low);
        sink.lent.length = usize::try_from(self.high - self.low).unwrap_or(0);
    }

    fn kept(&self) -> usize {
        self.written().cast_unsigned()
    }
}
