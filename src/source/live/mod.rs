//! Live captures: which interface, and the source that reads it.

pub mod adapters;
mod expression;
mod libpcap;
mod tally;
mod target;

pub use libpcap::PcapSource as LiveSource;

use crate::error::{Error, Kind, Result};
use crate::options::Options;
use crate::sys::{libpcap as library, packet_socket};
use target::Target;

/// Opens the interface that the options choose.
///
/// # Errors
/// As [`check_access`]; `BadFilter`, `FilterTooComplex`; `System`.
pub fn open(options: &Options) -> Result<LiveSource> {
    let target = ready(options)?;
    LiveSource::open(&target, options).map_err(|error| match error.kind {
        // The interface may have gone since the look at it, which has the better
        // words.
        Kind::System => ready(options).err().unwrap_or(error),
        _ => error,
    })
}

/// Whether a capture with these options could start.
///
/// # Errors
/// `NoDevice` (no such interface or address), `DeviceDown`, `NoPermission`,
/// `NoLibpcap`: each text says what to do.
pub fn check_access(options: &Options) -> Result<()> {
    ready(options).map(drop)
}

fn ready(options: &Options) -> Result<Target> {
    let target = adapters::resolve(options.local_host.as_deref())?;
    if let Target::Interface { name, index } = &target
        && adapters::list()?.iter().any(|a| a.index == *index && !a.up)
    {
        let name = name.display();
        let text = format!("{name} is down; bring it up with: sudo ip link set {name} up");
        return Err(Error { errno: libc::ENETDOWN, ..Error::new(Kind::DeviceDown, text) });
    }
    packet_socket::check_permission()?;
    library::load()?;
    Ok(target)
}
