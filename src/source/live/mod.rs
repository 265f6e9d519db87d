//! Live captures: which interface, and the source that reads it.

pub mod adapters;
mod again;
mod expression;
mod libpcap;
mod ring;
mod source;
mod tally;
mod target;
mod watch;

pub use again::Capture;

use crate::error::{Error, Kind, Result};
use crate::options::{Options, TimeSource};
use crate::sys::{libpcap as library, packet_socket};
use libpcap::PcapSource;
use ring::{Layer, RingSource};
use source::LiveSource;
use target::Target;

/// What captures: our own ring, or libpcap where that does not reach.
enum Way {
    Ring(Layer),
    Libpcap,
}

/// Opens the interface that the options choose.
///
/// # Errors
/// As [`check_access`]; `BadFilter`, `FilterTooComplex`, `NoMemory`; `System`.
pub fn open(options: &Options) -> Result<Capture> {
    Capture::open(options, open_now)
}

fn open_now(options: &Options) -> Result<(Target, LiveSource)> {
    let (target, way) = find(options)?;
    let opened = match way {
        Way::Ring(layer) => RingSource::open(&target, layer, options).map(LiveSource::Ring),
        Way::Libpcap => packet_socket::check_permission()
            .and_then(|()| library::load())
            .and_then(|()| PcapSource::open(&target, options))
            .map(LiveSource::Libpcap),
    };
    let source = opened.map_err(|error| match error.kind {
        // The interface may have gone since the look at it, which has the better
        // words.
        Kind::System => check_access(options).err().unwrap_or(error),
        _ => error,
    })?;
    Ok((target, source))
}

/// Whether a capture with these options could start.
///
/// # Errors
/// `NoDevice` (no such interface or address), `DeviceDown`, `NoPermission`,
/// `NoLibpcap`: each text says what to do.
pub fn check_access(options: &Options) -> Result<()> {
    let (_, way) = find(options)?;
    packet_socket::check_permission()?;
    if matches!(way, Way::Libpcap) || options.filter.is_some() {
        library::load()?;
    }
    Ok(())
}

/// What there is to open, and how.
fn find(options: &Options) -> Result<(Target, Way)> {
    let target = adapters::resolve(options.local_host.as_deref())?;
    let mut layer = Some(ring::ANY);
    if let Target::Interface { name, index } = &target {
        let list = adapters::list()?;
        let adapter = list.iter().find(|a| a.index == *index);
        layer = adapter.and_then(Layer::of);
        if adapter.is_some_and(|a| !a.up) {
            let name = name.display();
            let text = format!("{name} is down; bring it up with: sudo ip link set {name} up");
            return Err(Error { errno: libc::ENETDOWN, ..Error::new(Kind::DeviceDown, text) });
        }
    }
    let way = choose(std::env::var_os("IPMON_LIVE").as_deref(), layer)?;
    if options.time_source == TimeSource::Adapter
        && (matches!(way, Way::Libpcap) || target == Target::Any)
    {
        let text = "no clock of an adapter stamps these packets: time_source can be host";
        return Err(Error::new(Kind::Unsupported, text));
    }
    Ok((target, way))
}

/// The ring where it reaches, unless the environment says otherwise.
fn choose(forced: Option<&std::ffi::OsStr>, layer: Option<Layer>) -> Result<Way> {
    let forced = forced.unwrap_or_default();
    match layer {
        _ if forced == "libpcap" => Ok(Way::Libpcap),
        Some(layer) if forced == "ring" || forced.is_empty() => Ok(Way::Ring(layer)),
        None if forced.is_empty() => Ok(Way::Libpcap),
        None if forced == "ring" => {
            let text = "IPMON_LIVE asks for the ring, which does not open this kind of interface";
            Err(Error::new(Kind::BadArgument, text))
        }
        _ => Err(Error::new(Kind::BadArgument, "IPMON_LIVE can be ring or libpcap")),
    }
}

/// What ends a capture whose interface is no longer there.
fn gone() -> Error {
    let text = "the interface was removed during the capture";
    Error { errno: libc::ENODEV, ..Error::new(Kind::DeviceGone, text) }
}
