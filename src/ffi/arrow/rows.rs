//! Packets as rows of columns: written where a consumer will read them.

use super::columns::{self, COLUMNS, COUNT, Form, place};
use super::*;
use crate::address::TEXT_SIZE;
use crate::ffi::event::direction;
use crate::ffi::sink::CSink;
use crate::monitor::Batch;
use crate::packet::{Fields, Packet};
use std::collections::TryReserveError;
use std::ffi::c_void;

/// A batch with as many bytes of payloads, packets or frames takes no further row: the
/// offsets have 32 bits, and memory has an end. A frame has at most 4 MiB.
const MOST_BYTES: usize = 64 << 20;

/// The longest text, without its NUL.
const LONGEST: usize = TEXT_SIZE - 1;

/// What buffers are aligned to, as Arrow recommends.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line([u8; 64]);

/// Where the buffers of a batch lie, in one piece of memory.
pub(super) struct Plan {
    pub(super) columns: u32,
    pub(super) rows: usize,
    /// Where the values of a column begin, or their offsets; in lines.
    at: [usize; COUNT],
    /// Where the texts begin.
    texts: [usize; COUNT],
    lines: usize,
}

impl Plan {
    pub(super) fn new(columns: u32, rows: usize) -> Self {
        let (at, texts) = ([0; COUNT], [0; COUNT]);
        let mut plan = Plan { columns, rows, at, texts, lines: 0 };
        for (n, column) in columns::of(columns) {
            plan.at[n] = plan.room(match column.form {
                Form::Fixed(width) => rows * width,
                Form::Text | Form::Bytes => (rows + 1) * size_of::<i32>(),
            });
            if column.form == Form::Text {
                // Of which only the pages that are written to become memory.
                plan.texts[n] = plan.room(rows * LONGEST + TEXT_SIZE);
            }
        }
        plan
    }

    fn room(&mut self, bytes: usize) -> usize {
        let at = self.lines;
        self.lines += bytes.div_ceil(size_of::<Line>());
        at
    }
}

/// Bytes of all values of a column, one behind the other.
#[derive(Clone, Copy)]
struct Texts {
    at: *mut u8,
    used: usize,
}

/// One batch in the making.
pub(super) struct Rows {
    columns: u32,
    room: usize,
    row: usize,
    /// The first row of the pull call that is under way.
    mark: usize,
    /// Where the values of each column begin, or their offsets.
    at: [*mut u8; COUNT],
    texts: [Texts; COUNT],
    bytes: [Vec<u8>; 3],
    /// There was no memory for a row's bytes.
    pub(super) failed: bool,
    /// What all but `bytes` point into.
    _memory: Vec<Line>,
}

// SAFETY: its pointers lead into memory of its own.
unsafe impl Send for Rows {}

impl Rows {
    /// All memory but that of payloads, packets and frames.
    pub(super) fn new(plan: &Plan) -> Result<Self, TryReserveError> {
        let mut memory = Vec::<Line>::new();
        memory.try_reserve_exact(plan.lines)?;
        let start = memory.as_mut_ptr();
        // Within what was reserved, as the plan has it.
        let line = |at: usize| start.wrapping_add(at).cast::<u8>();
        let mut rows = Rows {
            columns: plan.columns,
            room: plan.rows,
            row: 0,
            mark: 0,
            at: plan.at.map(line),
            texts: plan.texts.map(|at| Texts { at: line(at), used: 0 }),
            bytes: [const { Vec::new() }; 3],
            failed: false,
            _memory: memory,
        };
        for (n, column) in columns::of(plan.columns) {
            if !matches!(column.form, Form::Fixed(_)) {
                rows.set(n, 0, 0_i32);
            }
        }
        Ok(rows)
    }

    pub(super) fn len(&self) -> usize {
        self.row
    }

    pub(super) fn has_room(&self) -> bool {
        !Batch::<CSink>::is_full(self)
    }

    /// A pull call begins.
    pub(super) fn begin_call(&mut self) {
        self.mark = self.row;
    }

    /// The rows of the last call are not to be seen.
    pub(super) fn take_back(&mut self) {
        self.row = self.mark;
    }

    /// The buffers of a column, but for that of nulls, of which there are none.
    pub(super) fn buffers(&self, column: usize) -> [*const c_void; 2] {
        let values = match COLUMNS[column].form {
            Form::Fixed(_) => std::ptr::null(),
            Form::Text => self.texts[column].at.cast_const().cast(),
            Form::Bytes => self.bytes[bytes_of(column)].as_ptr().cast(),
        };
        [self.at[column].cast_const().cast(), values]
    }

    #[inline(always)]
    fn has(&self, bit: u32) -> bool {
        self.columns & bit != 0
    }

    /// Writes a number of a column into a row, or the offset in front of one.
    #[inline(always)]
    fn set<T>(&mut self, column: usize, row: usize, value: T) {
        debug_assert!(row <= self.room && self.columns >> column & 1 == 1);
        // SAFETY: the plan has room for as many of its width as there are rows, and for one
        // more where there are offsets.
        let place = unsafe { self.at[column].cast::<T>().add(row) };
        // SAFETY: as above; buffers begin at a line, so that it is aligned.
        unsafe { place.write(value) };
    }

    #[inline(always)]
    fn put<const BIT: u32, T>(&mut self, value: T) {
        const { assert!(matches!(COLUMNS[place(BIT)].form, Form::Fixed(n) if n == size_of::<T>())) };
        if self.has(BIT) {
            self.set(place(BIT), self.row, value);
        }
    }

    #[inline(always)]
    fn put_text<const BIT: u32>(&mut self, write: impl FnOnce(&mut [u8; TEXT_SIZE]) -> usize) {
        const { assert!(matches!(COLUMNS[place(BIT)].form, Form::Text)) };
        if self.has(BIT) {
            let texts = &mut self.texts[place(BIT)];
            // SAFETY: the plan has room for the longest text in every row, and for a whole
            // room behind the last.
            let room = unsafe { texts.at.add(texts.used) };
            // SAFETY: as above; nobody else looks at it before the batch is handed out.
            // A consumer of the batch reads no more than what is written here.
            let room = unsafe { &mut *room.cast::<[u8; TEXT_SIZE]>() };
            texts.used += write(room).min(LONGEST);
            let used = offset(texts.used);
            self.set(place(BIT), self.row + 1, used);
        }
    }

    #[inline(always)]
    fn put_bytes<const BIT: u32>(&mut self, value: &[u8]) {
        const { assert!(matches!(COLUMNS[place(BIT)].form, Form::Bytes)) };
        if self.has(BIT) {
            let bytes = &mut self.bytes[bytes_of(place(BIT))];
            if bytes.capacity() - bytes.len() < value.len()
                && bytes.try_reserve(value.len()).is_err()
            {
                self.failed = true;
                return;
            }
            bytes.extend_from_slice(value);
            let used = offset(bytes.len());
            self.set(place(BIT), self.row + 1, used);
        }
    }

    fn too_many_bytes(&self) -> bool {
        self.bytes.iter().any(|bytes| bytes.len() >= MOST_BYTES)
    }
}

/// Which of the columns of bytes it is.
const fn bytes_of(column: usize) -> usize {
    column - place(IPMON_COLUMN_PAYLOAD)
}

#[inline(always)]
fn offset(used: usize) -> i32 {
    // Texts are bounded by the rows, bytes by `MOST_BYTES` and a frame.
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "see above")]
    let offset = used as i32;
    offset
}

impl Batch<CSink> for Rows {
    #[inline(always)]
    fn packet(&mut self, sink: &mut CSink, packet: &Packet<'_, impl Fields>) {
        if self.is_full() {
            return;
        }
        let (h, frame) = (packet.headers, &packet.frame);
        self.put::<IPMON_COLUMN_FRAME_NUMBER, _>(packet.number);
        self.put::<IPMON_COLUMN_TIMESTAMP, _>(frame.timestamp_ns);
        self.put::<IPMON_COLUMN_INTERFACE_INDEX, _>(frame.interface);
        self.put::<IPMON_COLUMN_DIRECTION, _>(direction(frame.direction));
        self.put::<IPMON_COLUMN_LINK_TYPE, _>(frame.link_type.0);
        let length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
        self.put::<IPMON_COLUMN_FRAME_LENGTH, _>(length);
        self.put::<IPMON_COLUMN_FRAME_WIRE_LENGTH, _>(frame.wire_length);
        self.put::<IPMON_COLUMN_IP_VERSION, _>(h.version());
        self.put::<IPMON_COLUMN_SOURCE_PORT, _>(h.source_port());
        self.put::<IPMON_COLUMN_DESTINATION_PORT, _>(h.destination_port());
        self.put::<IPMON_COLUMN_TOS, _>(h.tos());
        self.put::<IPMON_COLUMN_ID, _>(h.id());
        self.put::<IPMON_COLUMN_FLAGS, _>(h.flags());
        self.put::<IPMON_COLUMN_OFFSET, _>(h.offset());
        self.put::<IPMON_COLUMN_TTL, _>(h.ttl());
        self.put::<IPMON_COLUMN_CHECKSUM, _>(h.checksum());
        self.put::<IPMON_COLUMN_IP_PROTOCOL, _>(h.protocol());
        self.put::<IPMON_COLUMN_IP_LENGTH, _>(h.ip_length());
        self.put::<IPMON_COLUMN_PAYLOAD_LENGTH, _>(h.payload_length());
        self.put::<IPMON_COLUMN_PAYLOAD_WIRE_LENGTH, _>(h.payload_wire_length());
        self.put::<IPMON_COLUMN_NOTES, _>(packet.notes());
        let (version, source, destination) = (h.version(), h.source(), h.destination());
        self.put::<IPMON_COLUMN_SOURCE_IP, _>(source);
        self.put::<IPMON_COLUMN_DESTINATION_IP, _>(destination);
        let texts = &mut sink.texts;
        self.put_text::<IPMON_COLUMN_SOURCE_ADDRESS>(|room| {
            texts.write_one(version, &source, room)
        });
        self.put_text::<IPMON_COLUMN_DESTINATION_ADDRESS>(|room| {
            texts.write_one(version, &destination, room)
        });
        self.put_bytes::<IPMON_COLUMN_PAYLOAD>(packet.payload());
        self.put_bytes::<IPMON_COLUMN_IP>(packet.ip());
        self.put_bytes::<IPMON_COLUMN_FRAME>(frame.bytes);
        // A row that has not all of its bytes is none.
        self.row += usize::from(!self.failed);
    }

    fn count(&self) -> usize {
        self.row - self.mark
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        self.row == self.room || self.failed || self.too_many_bytes()
    }

    fn done(&mut self, sink: &mut CSink) {
        sink.lent.forget();
    }

    fn kept(&self) -> usize {
        self.row - self.mark
    }
}
