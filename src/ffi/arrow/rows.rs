//! Packets as rows of columns, written where a consumer will read them.

use super::columns::{self, COLUMNS, COUNT, Form, place};
use super::plan::{LONGEST, Line, Plan};
use super::*;
use crate::address::TEXT_SIZE;
use crate::ffi::event::direction;
use crate::ffi::sink::CSink;
use crate::monitor::Batch;
use crate::packet::{Fields, Packet};
use std::collections::TryReserveError;
use std::ffi::c_void;

/// A column with as many bytes of payloads, packets or frames takes no further row: the
/// offsets have 32 bits, and memory has an end. A frame has at most 4 MiB.
const MOST_BYTES: usize = 64 << 20;
/// The columns of bytes.
const BYTES: [u32; 3] = [IPMON_COLUMN_PAYLOAD, IPMON_COLUMN_IP, IPMON_COLUMN_FRAME];
const ALL_BYTES: u32 = IPMON_COLUMN_PAYLOAD | IPMON_COLUMN_IP | IPMON_COLUMN_FRAME;

/// Of each column of bytes.
pub(super) type Lengths = [usize; BYTES.len()];

/// One batch in the making.
pub(super) struct Rows {
    columns: u32,
    row: usize,
    /// No row follows the one in front of it.
    end: usize,
    /// The first row of the pull call that is under way.
    mark: usize,
    /// Where the values of each column begin, or their offsets.
    at: [*mut u8; COUNT],
    texts: [Texts; COUNT],
    bytes: [Vec<u8>; BYTES.len()],
    /// There was no memory for a row's bytes.
    pub(super) failed: bool,
    /// What `at` and `texts` lead into.
    _memory: Vec<Line>,
}

// SAFETY: its pointers lead into memory of its own.
unsafe impl Send for Rows {}

/// The texts of a column, one behind the other.
#[derive(Clone, Copy)]
struct Texts {
    at: *mut u8,
    used: usize,
}

impl Rows {
    /// Takes all memory, and of payloads, packets and frames as much as `lengths` says.
    pub(super) fn new(plan: &Plan, lengths: Lengths) -> Result<Self, TryReserveError> {
        let mut memory = plan.memory()?;
        let start = memory.as_mut_ptr();
        let line = |at: usize| start.wrapping_add(at).cast::<u8>();
        let mut rows = Rows {
            columns: plan.columns,
            row: 0,
            end: plan.rows,
            mark: 0,
            at: plan.values.map(line),
            texts: plan.texts.map(|at| Texts { at: line(at), used: 0 }),
            bytes: [const { Vec::new() }; BYTES.len()],
            failed: false,
            _memory: memory,
        };
        for (n, column) in columns::of(plan.columns) {
            if matches!(column.form, Form::Text | Form::Bytes) {
                rows.row().set(n, 0_i32);
            }
        }
        for (bytes, length) in rows.bytes.iter_mut().zip(lengths) {
            bytes.try_reserve_exact(length)?;
        }
        Ok(rows)
    }

    /// How many bytes of payloads, packets and frames there are.
    pub(super) fn lengths(&self) -> Lengths {
        self.bytes.each_ref().map(Vec::len)
    }

    /// The same rows in memory of their size.
    pub(super) fn copy(&self) -> Result<Self, TryReserveError> {
        let plan = Plan::with_texts(self.columns, self.row, |n| self.texts[n].used);
        let mut copy = Rows::new(&plan, self.lengths())?;
        for (n, column) in columns::of(self.columns) {
            let length = match column.form {
                Form::Fixed(width) => self.row * width,
                Form::Text | Form::Bytes => (self.row + 1) * size_of::<i32>(),
            };
            // SAFETY: so much of a column was written, and has room in the other plan.
            unsafe { self.at[n].copy_to_nonoverlapping(copy.at[n], length) };
            if column.form == Form::Text {
                let (from, to) = (self.texts[n], copy.texts[n].at);
                // SAFETY: as above.
                unsafe { from.at.copy_to_nonoverlapping(to, from.used) };
            }
        }
        for (to, from) in copy.bytes.iter_mut().zip(&self.bytes) {
            to.extend_from_slice(from);
        }
        copy.row = self.row;
        Ok(copy)
    }

    /// No row any more, and room for as many as at first.
    pub(super) fn clear(&mut self, plan: &Plan) {
        (self.row, self.end, self.mark, self.failed) = (0, plan.rows, 0, false);
        self.texts.iter_mut().for_each(|texts| texts.used = 0);
        self.bytes.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn len(&self) -> usize {
        self.row
    }

    pub(super) fn has_room(&self) -> bool {
        self.row < self.end
    }

    /// A pull call begins.
    pub(super) fn begin_call(&mut self) {
        self.mark = self.row;
    }

    /// The rows of the last call are not to be seen. None follows them.
    pub(super) fn take_back(&mut self) {
        (self.row, self.end) = (self.mark, self.mark);
    }

    /// The buffers of a column, but for that of nulls, of which there are none.
    pub(super) fn buffers(&self, column: usize) -> [*const c_void; 2] {
        let behind = match COLUMNS[column].form {
            Form::Fixed(_) => std::ptr::null(),
            Form::Text => self.texts[column].at.cast_const().cast(),
            Form::Bytes => self.bytes[column - place(BYTES[0])].as_ptr().cast(),
        };
        [self.at[column].cast_const().cast(), behind]
    }

    #[inline(always)]
    fn row(&self) -> Row<'_> {
        Row { columns: self.columns, number: self.row, at: &self.at }
    }

    /// False when there is no memory for them.
    #[inline(never)]
    fn put_bytes(&mut self, values: [&[u8]; BYTES.len()]) -> bool {
        for (n, value) in values.into_iter().enumerate() {
            if self.columns & BYTES[n] == 0 {
                continue;
            }
            let bytes = &mut self.bytes[n];
            if bytes.try_reserve(value.len()).is_err() {
                return false;
            }
            bytes.extend_from_slice(value);
            let used = bytes.len();
            self.row().behind().set(place(BYTES[n]), offset(used));
            if used >= MOST_BYTES {
                self.end = self.row + 1;
            }
        }
        true
    }
}

/// The row that is being written. What it holds is its own, so that no write into a column
/// can change it.
#[derive(Clone, Copy)]
struct Row<'a> {
    columns: u32,
    number: usize,
    at: &'a [*mut u8; COUNT],
}

impl Row<'_> {
    /// Writes a number of a column, or the offset in front of its value.
    #[inline(always)]
    fn set<T>(self, column: usize, value: T) {
        // SAFETY: the plan has room for as many of its width as there are rows, and for one
        // more where there are offsets.
        let place = unsafe { self.at[column].cast::<T>().add(self.number) };
        // SAFETY: as above; what begins at a line is aligned.
        unsafe { place.write(value) };
    }

    #[inline(always)]
    fn put<const BIT: u32, T>(self, value: T) {
        const {
            assert!(matches!(COLUMNS[place(BIT)].form, Form::Fixed(n) if n == size_of::<T>()));
        }
        if self.columns & BIT != 0 {
            self.set(place(BIT), value);
        }
    }

    #[inline(always)]
    fn put_text<const BIT: u32>(
        self,
        texts: &mut [Texts; COUNT],
        write: impl FnOnce(&mut [u8; TEXT_SIZE]) -> usize,
    ) {
        const { assert!(matches!(COLUMNS[place(BIT)].form, Form::Text)) };
        if self.columns & BIT != 0 {
            let texts = &mut texts[place(BIT)];
            // SAFETY: the plan has room for the longest text in every row, and for one more.
            let room = unsafe { texts.at.add(texts.used) };
            // SAFETY: as above; nobody else looks at it before the batch is handed out, nor
            // ever at what was not written.
            let room = unsafe { &mut *room.cast::<[u8; TEXT_SIZE]>() };
            texts.used += write(room).min(LONGEST);
            self.behind().set(place(BIT), offset(texts.used));
        }
    }

    /// The row behind it.
    #[inline(always)]
    fn behind(self) -> Self {
        Row { number: self.number + 1, ..self }
    }
}

#[inline(always)]
fn offset(used: usize) -> i32 {
    // Texts are bounded by the rows; bytes by `MOST_BYTES` and a frame.
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "see above")]
    let offset = used as i32;
    offset
}

impl Batch<CSink> for Rows {
    // A function for each kind of header, and not one more for each loop over frames: the
    // call costs less than can be measured, and the library is smaller by 84 KiB.
    #[inline(never)]
    fn packet(&mut self, sink: &mut CSink, packet: &Packet<'_, impl Fields>) {
        if !self.has_room() {
            return;
        }
        let (h, frame) = (packet.headers, &packet.frame);
        let row = Row { columns: self.columns, number: self.row, at: &self.at };
        row.put::<IPMON_COLUMN_FRAME_NUMBER, _>(packet.number);
        row.put::<IPMON_COLUMN_TIMESTAMP, _>(frame.timestamp_ns);
        row.put::<IPMON_COLUMN_INTERFACE_INDEX, _>(frame.interface);
        row.put::<IPMON_COLUMN_DIRECTION, _>(direction(frame.direction));
        row.put::<IPMON_COLUMN_LINK_TYPE, _>(frame.link_type.0);
        let length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
        row.put::<IPMON_COLUMN_FRAME_LENGTH, _>(length);
        row.put::<IPMON_COLUMN_FRAME_WIRE_LENGTH, _>(frame.wire_length);
        row.put::<IPMON_COLUMN_IP_VERSION, _>(h.version());
        row.put::<IPMON_COLUMN_SOURCE_PORT, _>(h.source_port());
        row.put::<IPMON_COLUMN_DESTINATION_PORT, _>(h.destination_port());
        row.put::<IPMON_COLUMN_TOS, _>(h.tos());
        row.put::<IPMON_COLUMN_ID, _>(h.id());
        row.put::<IPMON_COLUMN_FLAGS, _>(h.flags());
        row.put::<IPMON_COLUMN_OFFSET, _>(h.offset());
        row.put::<IPMON_COLUMN_TTL, _>(h.ttl());
        row.put::<IPMON_COLUMN_CHECKSUM, _>(h.checksum());
        row.put::<IPMON_COLUMN_IP_PROTOCOL, _>(h.protocol());
        row.put::<IPMON_COLUMN_IP_LENGTH, _>(h.ip_length());
        row.put::<IPMON_COLUMN_PAYLOAD_LENGTH, _>(h.payload_length());
        row.put::<IPMON_COLUMN_PAYLOAD_WIRE_LENGTH, _>(h.payload_wire_length());
        row.put::<IPMON_COLUMN_NOTES, _>(packet.notes());
        let (version, source, destination) = (h.version(), h.source(), h.destination());
        row.put::<IPMON_COLUMN_SOURCE_IP, _>(source);
        row.put::<IPMON_COLUMN_DESTINATION_IP, _>(destination);
        let text = &mut sink.texts;
        row.put_text::<IPMON_COLUMN_SOURCE_ADDRESS>(&mut self.texts, |room| {
            text.write_one(version, &source, room)
        });
        row.put_text::<IPMON_COLUMN_DESTINATION_ADDRESS>(&mut self.texts, |room| {
            text.write_one(version, &destination, room)
        });
        if self.columns & ALL_BYTES != 0
            && !self.put_bytes([packet.payload(), packet.ip(), frame.bytes])
        {
            // A row that has not all of its bytes is none.
            (self.failed, self.end) = (true, self.row);
            return;
        }
        self.row += 1;
    }

    fn count(&self) -> usize {
        self.row - self.mark
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        !self.has_room()
    }

    fn done(&mut self, sink: &mut CSink) {
        sink.lent.forget();
    }

    fn kept(&self) -> usize {
        self.row - self.mark
    }
}
