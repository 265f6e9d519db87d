//! What a monitor can be told before it runs, with the defaults.

use crate::error::{Error, Kind, Result};
use crate::filter::Filter;
use crate::source::Direction;

/// The largest snap length: libpcap's own MAXIMUM_SNAPLEN, above every real
/// frame.
pub const MAX_SNAP_LENGTH: u32 = 262_144;

/// The ring holds at least one frame of the largest snap length.
pub const MIN_BUFFER_SIZE: u32 = 1 << 20;

/// libpcap takes the size of the ring as an `int`.
pub const MAX_BUFFER_SIZE: u32 = i32::MAX as u32;

/// The kernel hands over a block of packets when this time is over, and a stop
/// has to wait for the last one: 20 ms keeps a stop short.
pub const MAX_LATENCY: u32 = 20_000;

/// How a capture file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileAccess {
    /// Into a buffer, piece by piece.
    #[default]
    Read,
    /// Mapped into memory, where it can be: it must not be shortened meanwhile.
    Map,
}

/// Which clock stamps live packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeSource {
    /// The system's clock, when the kernel takes the packet in.
    #[default]
    Host,
    /// The adapter's own clock, when the packet passes it.
    Adapter,
}

/// The options of a monitor.
#[derive(Clone, Debug)]
pub struct Options {
    /// Interface name, local address or `any`; `None` is the interface of the
    /// default route.
    pub local_host: Option<String>,
    /// The filter expression.
    pub filter: Option<Filter>,
    /// Which packets to capture, where the source knows; `Unknown` is all.
    pub direction: Direction,
    /// Whether to ask for frames that are not addressed to this host.
    pub promiscuous: bool,
    /// Whether to ask for the frames of every multicast group.
    pub all_multicast: bool,
    /// Bytes of a frame to keep, live.
    pub snap_length: u32,
    /// Bytes of the kernel's ring, live.
    pub buffer_size: u32,
    /// Microseconds that a packet may wait for company, live.
    pub latency: u32,
    /// Whether a capture begins again when its interface was gone and returns.
    pub reopen: bool,
    /// Which clock stamps packets, live.
    pub time_source: TimeSource,
    /// Whether events carry their addresses as text.
    pub address_text: bool,
    /// How files are read.
    pub file_access: FileAccess,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            local_host: None,
            filter: None,
            direction: Direction::Unknown,
            promiscuous: true,
            all_multicast: false,
            snap_length: MAX_SNAP_LENGTH,
            buffer_size: 32 << 20,
            latency: 1_000,
            reopen: false,
            time_source: TimeSource::Host,
            address_text: true,
            file_access: FileAccess::Read,
        }
    }
}

/// `value` when it is within the limits of the option called `name`.
///
/// # Errors
/// `BadArgument`, with the limits.
pub fn within(name: &str, value: u32, low: u32, high: u32) -> Result<u32> {
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(Error::new(Kind::BadArgument, format!("{name} is {value}; it can be {low} to {high}")))
}
