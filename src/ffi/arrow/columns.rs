//! The columns that there are: their names, and what they hold.

use super::*;
use std::ffi::CStr;

/// How a column's values lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One behind the other, each of this many bytes.
    Fixed(usize),
    /// Offsets of 32 bits, and the bytes of all texts.
    Text,
    /// Offsets of 32 bits, and the bytes of all values.
    Bytes,
}

/// One column.
pub(super) struct Column {
    pub(super) name: &'static CStr,
    /// Its type, as the Arrow specification writes it.
    pub(super) format: &'static CStr,
    pub(super) form: Form,
}

/// How many there are.
pub(super) const COUNT: usize = 28;

const fn column(name: &'static CStr, format: &'static CStr, form: Form) -> Column {
    Column { name, format, form }
}

const fn number(name: &'static CStr, width: usize) -> Column {
    let format = match width {
        1 => c"C",
        2 => c"S",
        4 => c"I",
        _ => c"L",
    };
    column(name, format, Form::Fixed(width))
}

/// All of them: each at the place of its bit.
pub(super) static COLUMNS: [Column; COUNT] = [
    number(c"frame_number", 8),
    column(c"timestamp", c"tsn:UTC", Form::Fixed(8)),
    number(c"interface_index", 4),
    number(c"direction", 1),
    number(c"link_type", 4),
    number(c"frame_length", 4),
    number(c"frame_wire_length", 4),
    number(c"ip_version", 1),
    column(c"source_address", c"u", Form::Text),
    number(c"source_port", 2),
    column(c"destination_address", c"u", Form::Text),
    number(c"destination_port", 2),
    number(c"tos", 1),
    number(c"id", 4),
    number(c"flags", 1),
    number(c"offset", 2),
    number(c"ttl", 1),
    number(c"checksum", 2),
    number(c"ip_protocol", 1),
    number(c"ip_length", 4),
    number(c"payload_length", 4),
    number(c"payload_wire_length", 4),
    number(c"notes", 4),
    column(c"source_ip", c"w:16", Form::Fixed(16)),
    column(c"destination_ip", c"w:16", Form::Fixed(16)),
    column(c"payload", c"z", Form::Bytes),
    column(c"ip", c"z", Form::Bytes),
    column(c"frame", c"z", Form::Bytes),
];

/// Where the column of a bit stands.
pub(super) const fn place(bit: u32) -> usize {
    bit.trailing_zeros() as usize
}

/// The columns of a set, in order.
pub(super) fn of(columns: u32) -> impl Iterator<Item = (usize, &'static Column)> {
    COLUMNS.iter().enumerate().filter(move |(at, _)| columns >> at & 1 == 1)
}

const _: () = {
    assert!(IPMON_COLUMN_ALL == (1 << COUNT) - 1);
    assert!(IPMON_COLUMN_DEFAULT & !IPMON_COLUMN_ALL == 0);
};
