//! Packets as columns: an Arrow C stream of what is open.

mod abi;
mod array;
mod columns;
mod plan;
mod pool;
mod rows;
mod schema;
mod stream;
mod values;

use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::status::{Failure, IPMON_STATUS_BAD_ARGUMENT, ipmon_status};
use super::text::put;
use abi::ArrowArrayStream;
use plan::Plan;

// The columns, by their bits: in the order in which they stand in a record batch. Each has
// the name and the value of a field of ipmon_packet.

/// `frame_number`, uint64.
pub const IPMON_COLUMN_FRAME_NUMBER: u32 = 1 << 0;
/// `timestamp`, of type timestamp in nanoseconds, UTC: the field `timestamp_ns`.
pub const IPMON_COLUMN_TIMESTAMP: u32 = 1 << 1;
/// `interface_index`, uint32.
pub const IPMON_COLUMN_INTERFACE_INDEX: u32 = 1 << 2;
/// `direction`, uint8.
pub const IPMON_COLUMN_DIRECTION: u32 = 1 << 3;
/// `link_type`, uint32.
pub const IPMON_COLUMN_LINK_TYPE: u32 = 1 << 4;
/// `frame_length`, uint32.
pub const IPMON_COLUMN_FRAME_LENGTH: u32 = 1 << 5;
/// `frame_wire_length`, uint32.
pub const IPMON_COLUMN_FRAME_WIRE_LENGTH: u32 = 1 << 6;
/// `ip_version`, uint8.
pub const IPMON_COLUMN_IP_VERSION: u32 = 1 << 7;
/// `source_address`, utf8.
pub const IPMON_COLUMN_SOURCE_ADDRESS: u32 = 1 << 8;
/// `source_port`, uint16.
pub const IPMON_COLUMN_SOURCE_PORT: u32 = 1 << 9;
/// `destination_address`, utf8.
pub const IPMON_COLUMN_DESTINATION_ADDRESS: u32 = 1 << 10;
/// `destination_port`, uint16.
pub const IPMON_COLUMN_DESTINATION_PORT: u32 = 1 << 11;
/// `tos`, uint8.
pub const IPMON_COLUMN_TOS: u32 = 1 << 12;
/// `id`, uint32.
pub const IPMON_COLUMN_ID: u32 = 1 << 13;
/// `flags`, uint8.
pub const IPMON_COLUMN_FLAGS: u32 = 1 << 14;
/// `offset`, uint16.
pub const IPMON_COLUMN_OFFSET: u32 = 1 << 15;
/// `ttl`, uint8.
pub const IPMON_COLUMN_TTL: u32 = 1 << 16;
/// `checksum`, uint16.
pub const IPMON_COLUMN_CHECKSUM: u32 = 1 << 17;
/// `ip_protocol`, uint8.
pub const IPMON_COLUMN_IP_PROTOCOL: u32 = 1 << 18;
/// `ip_length`, uint32.
pub const IPMON_COLUMN_IP_LENGTH: u32 = 1 << 19;
/// `payload_length`, uint32.
pub const IPMON_COLUMN_PAYLOAD_LENGTH: u32 = 1 << 20;
/// `payload_wire_length`, uint32.
pub const IPMON_COLUMN_PAYLOAD_WIRE_LENGTH: u32 = 1 << 21;
/// `notes`, uint32.
pub const IPMON_COLUMN_NOTES: u32 = 1 << 22;
/// `source_ip`, fixed-size binary of 16 bytes.
pub const IPMON_COLUMN_SOURCE_IP: u32 = 1 << 23;
/// `destination_ip`, fixed-size binary of 16 bytes.
pub const IPMON_COLUMN_DESTINATION_IP: u32 = 1 << 24;
/// `payload`, binary.
pub const IPMON_COLUMN_PAYLOAD: u32 = 1 << 25;
/// `ip`, binary: the whole IP packet.
pub const IPMON_COLUMN_IP: u32 = 1 << 26;
/// `frame`, binary: the whole frame.
pub const IPMON_COLUMN_FRAME: u32 = 1 << 27;
/// All of them.
pub const IPMON_COLUMN_ALL: u32 = (1 << 28) - 1;
/// What `columns` 0 stands for: all but the addresses as bytes, and the bytes of payload,
/// packet and frame.
pub const IPMON_COLUMN_DEFAULT: u32 = (1 << 23) - 1;

/// The rows of a record batch where the caller does not say.
const USUAL_ROWS: usize = 16_384;
const MOST_ROWS: usize = 1 << 20;

/// Hands out what is open, by `ipmon_open_pcap_file()` or `ipmon_open_live()`, as an
/// Arrow C stream: pyarrow, polars, DuckDB and every other reader of Arrow takes it as
/// a table. docs/arrow.md has its columns.
///
/// A record batch has up to `rows` rows (at most 1,048,576; 0 is 16,384), and fewer when it
/// holds more than 64 MiB of bytes, or when there are no more packets at the moment.
/// `columns` is a set of `IPMON_COLUMN_` bits; 0 is `IPMON_COLUMN_DEFAULT`. No value is
/// ever null, and the option `address_text` does not matter.
///
/// The stream's `get_next` reads on the thread that calls it, as `ipmon_next_batch()` does
/// without a limit of time: it waits for the first packet, and hands out what is there
/// with it. Live, that is what one to a few times `latency` brought. Notices are called back
/// there. After the last packet it gives a released array. It returns an errno for a failure,
/// after every row in front of it, and `get_last_error` tells the text: `EIO` for what is
/// wrong with a file, `ENOTSUP` for `UNSUPPORTED`, `ENODEV` for `DEVICE_GONE`, `EACCES` for
/// `NO_PERMISSION`, `ECANCELED` for `INTERRUPTED`, `ENOMEM`, `EBUSY` inside a callback that
/// `get_next` makes; `EINVAL` once the monitor was freed, or something else was opened, and
/// in a forked child.
///
/// What is open is the stream's alone until it is released: other calls that pull are
/// `BUSY`. A release ends neither the run nor the monitor; the rest can be pulled.
///
/// Returns: `OK`, with `out` written. `END` when all packets were handed out already; what
/// ended the run otherwise, as `ipmon_next_batch()`. `BUSY` while a call pulls, or another
/// stream is not released. `BAD_ARGUMENT` when nothing is open, for `rows` beyond the limit
/// and for bits that are no column. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time. The stream may move between threads; its functions are
/// called one at a time.
/// Ownership: the stream is the caller's, to be released as the Arrow specification says; what
/// `out` held before is overwritten. Batches own their memory, whatever becomes of stream
/// and monitor. All may be released on any thread.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_arrow_stream(
    m: *mut ipmon_t,
    rows: usize,
    columns: u32,
    out: *mut ArrowArrayStream,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        if rows > MOST_ROWS {
            let text = format!("rows is {rows}; it can be 0 (for {USUAL_ROWS}) to {MOST_ROWS}");
            return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
        }
        if columns & !IPMON_COLUMN_ALL != 0 {
            let text = format!("columns is {columns:#x}; its bits can be those of IPMON_COLUMN_");
            return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
        }
        let rows = if rows == 0 { USUAL_ROWS } else { rows };
        let columns = if columns == 0 { IPMON_COLUMN_DEFAULT } else { columns };
        let run = monitor.reserve()?;
        put(out, "out", stream::export(m, run, Plan::new(columns, rows)))
    })
}
