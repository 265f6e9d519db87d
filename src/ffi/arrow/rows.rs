//! Packets as rows of columns, written where a consumer will read them.

use super::columns::{self, COLUMNS, COUNT, Form, place};
use super::plan::{Line, Plan, size};
use super::values::{Values, offset};
use super::*;
use crate::address::Texts;
use crate::ffi::event::direction;
use crate::ffi::sink::CSink;
use crate::monitor::Batch;
use crate::packet::{Fields, Packet};
use std::collections::TryReserveError;
use std::ffi::c_void;

/// The columns of texts and of bytes.
const LONG: [u32; 5] = [
    IPMON_COLUMN_SOURCE_ADDRESS,
    IPMON_COLUMN_DESTINATION_ADDRESS,
    IPMON_COLUMN_PAYLOAD,
    IPMON_COLUMN_IP,
    IPMON_COLUMN_FRAME,
];
const BYTES: u32 = IPMON_COLUMN_PAYLOAD | IPMON_COLUMN_IP | IPMON_COLUMN_FRAME;

/// How many bytes each of them takes.
pub(super) type Lengths = [usize; LONG.len()];

/// A column with as many bytes takes no further row: the offsets have 32 bits, and memory
/// has an end. A frame has at most 4 MiB.
const MOST_BYTES: usize = 64 << 20;

/// One batch in the making.
pub(super) struct Rows {
    columns: u32,
    row: usize,
    /// No row follows the one in front of it.
    end: usize,
    /// How many there is memory for.
    room: usize,
    /// The first row of the pull call that is under way.
    mark: usize,
    /// Where the values of each column begin, or their offsets.
    at: [*mut u8; COUNT],
    long: [Values; LONG.len()],
    /// There was no memory for a row.
    pub(super) failed: bool,
    /// What `at` leads into.
    _memory: Vec<Line>,
}

// SAFETY: its pointers lead into memory of its own.
unsafe impl Send for Rows {}

impl Rows {
    /// With memory for the rows of the plan, and for texts and bytes of these lengths.
    pub(super) fn new(plan: &Plan, lengths: Lengths) -> Result<Self, TryReserveError> {
        let mut memory = plan.memory()?;
        let start = memory.as_mut_ptr();
        let mut rows = Rows {
            columns: plan.columns,
            row: 0,
            end: plan.rows,
            room: plan.rows,
            mark: 0,
            at: plan.at.map(|line| start.wrapping_add(line).cast()),
            long: [const { Values::new() }; LONG.len()],
            failed: false,
            _memory: memory,
        };
        for (n, bit) in LONG.into_iter().enumerate() {
            if rows.columns & bit != 0 {
                rows.row().set(place(bit), 0_i32);
                rows.long[n].reserve(lengths[n])?;
            }
        }
        Ok(rows)
    }

    /// The same rows in memory of their size.
    pub(super) fn copy(&self) -> Result<Self, TryReserveError> {
        let mut copy = Rows::new(&Plan::new(self.columns, self.row), self.lengths())?;
        for (n, column) in columns::of(self.columns) {
            // SAFETY: so much of the column was written, and has room in the other plan.
            unsafe {
                self.at[n].copy_to_nonoverlapping(copy.at[n], size(column.form, self.row));
            }
        }
        for (to, from) in copy.long.iter_mut().zip(&self.long) {
            to.append(from.all())?;
        }
        copy.row = self.row;
        Ok(copy)
    }

    /// No row any more, and room for as many as at first.
    pub(super) fn clear(&mut self) {
        (self.row, self.end, self.mark, self.failed) = (0, self.room, 0, false);
        self.long.iter_mut().for_each(Values::clear);
    }

    pub(super) fn len(&self) -> usize {
        self.row
    }

    /// How many rows, and how many bytes of texts and bytes, there is memory for.
    pub(super) fn room(&self) -> (usize, usize) {
        (self.room, self.long.iter().map(Values::room_for).sum())
    }

    pub(super) fn lengths(&self) -> Lengths {
        self.long.each_ref().map(|values| values.all().len())
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
        let long = LONG.iter().position(|bit| place(*bit) == column);
        let values = long.map_or(std::ptr::null(), |n| self.long[n].all().as_ptr());
        [self.at[column].cast_const().cast(), values.cast()]
    }

    #[inline(always)]
    fn row(&self) -> Row<'_> {
        Row { columns: self.columns, number: self.row, at: &self.at }
    }

    /// False without memory.
    #[inline(never)]
    fn put_bytes(&mut self, values: [&[u8]; 3]) -> bool {
        for (n, value) in (2..).zip(values) {
            if self.columns & LONG[n] == 0 {
                continue;
            }
            let Ok(end) = self.long[n].append(value) else { return false };
            self.row().behind().set(place(LONG[n]), offset(end));
            if end >= MOST_BYTES {
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

    /// `None` without memory.
    #[inline(always)]
    fn put_text<const BIT: u32>(
        self,
        values: &mut Values,
        texts: &mut Texts,
        version: u8,
        ip: &[u8; 16],
    ) -> Option<()> {
        const { assert!(matches!(COLUMNS[place(BIT)].form, Form::Text)) };
        if self.columns & BIT != 0 {
            let length = texts.write_one(version, ip, values.room()?);
            self.behind().set(place(BIT), offset(values.add(length)));
        }
        Some(())
    }

    /// The row behind it.
    #[inline(always)]
    fn behind(self) -> Self {
        Row { number: self.number + 1, ..self }
    }
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
        let (source, destination) = (h.source(), h.destination());
        row.put::<IPMON_COLUMN_SOURCE_IP, _>(source);
        row.put::<IPMON_COLUMN_DESTINATION_IP, _>(destination);
        let [from, to, ..] = &mut self.long;
        let text = &mut sink.texts;
        let written = row
            .put_text::<IPMON_COLUMN_SOURCE_ADDRESS>(from, text, h.version(), &source)
            .and_then(|()| {
                row.put_text::<IPMON_COLUMN_DESTINATION_ADDRESS>(
                    to,
                    text,
                    h.version(),
                    &destination,
                )
            });
        if written.is_none() {
            return self.fail();
        }
        let bytes = self.columns & BYTES != 0;
        if bytes && !self.put_bytes([packet.payload(), packet.ip(), frame.bytes]) {
            return self.fail();
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

impl Rows {
    /// A row that has not all of its values is none, and the last.
    #[cold]
    fn fail(&mut self) {
        (self.failed, self.end) = (true, self.row);
    }
}
