//! Compiling expressions with libpcap, within limits.

use crate::error::{Error, Kind, Result};
use crate::filter::link_types;
use crate::source::LinkType;
use crate::sys::libpcap::{self, Instruction};
use crate::sys::signals;

/// libpcap's parser and optimiser recurse once for each term. An expression of
/// 1,024 bytes needs some 128 KiB; a caller may come on a thread with less (64
/// KiB crashed), and Rust's own default of 2 MiB leaves no room to be sure.
const STACK: usize = 8 << 20;

/// Runs a closure on a thread with a stack of 8 MiB and hands back its result:
/// for everything that makes libpcap compile an expression.
///
/// # Errors
/// `NoMemory` or `System` when there is no such thread to be had, `Panic` when
/// the closure panicked.
pub fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("ipmon-filter".into()).stack_size(STACK);
        let thread = signals::with_all_blocked(|| builder.spawn_scoped(scope, work))
            .map_err(|why| no_thread(&why))?;
        thread.join().map_err(|_| Error::new(Kind::Panic, "compiling the filter panicked"))
    })
}

fn no_thread(why: &std::io::Error) -> Error {
    let errno = why.raw_os_error().unwrap_or(0);
    let kind = if errno == libc::ENOMEM { Kind::NoMemory } else { Kind::System };
    Error::os(kind, errno, "no thread to compile the filter on")
}

/// The program that an expression means on a link type, or libpcap's one-line
/// reason why it means none there. Comes on a big stack.
pub(crate) fn compile(expression: &str, link_type: LinkType) -> Compiled {
    with(pcap::Capture::dead(pcap::Linktype(link_types::dlt(link_type))), expression)
}

/// The same for frames of a file.
pub(crate) fn compile_for_file(expression: &str, link_type: LinkType) -> Compiled {
    // libpcap keeps other things in the upper bits.
    if link_type.0 > u32::from(u16::MAX) {
        return Err(Error::new(Kind::BadFilter, "there is no such link type"));
    }
    with(libpcap::empty_file(link_type.0), expression)
}

/// The program for the kernel, for frames that an interface of this machine captures.
///
/// # Errors
/// `BadFilter`; `NoLibpcap`, `NoMemory`, `System`.
pub fn compile_live(expression: &str, link_type: LinkType, interface: &str) -> Compiled {
    libpcap::load()?;
    let compiled = on_big_stack(|| {
        // The kernel takes the VLAN tag out of a frame. libpcap asks the kernel for
        // it on a handle of a live capture alone, which takes much longer to open;
        // and it knows best what such a handle takes otherwise.
        if !expression.contains("vlan")
            && let Ok(program) = compile(expression, link_type)
        {
            return Ok(program);
        }
        let live = pcap::Capture::from_device(interface)
            .and_then(|c| c.snaplen(128).buffer_size(1 << 16).timeout(1).open());
        let live = live.and_then(|mut live| {
            if live.get_datalink().0 != link_types::dlt(link_type) {
                live.set_datalink(pcap::Linktype(link_types::dlt(link_type)))?;
            }
            Ok(live)
        });
        with(live, expression)
    })?;
    compiled.map_err(|error| match error.kind {
        Kind::BadFilter => Error::new(Kind::BadFilter, format!("bad filter: {}", error.text)),
        _ => error,
    })
}

/// `BadFilter` is libpcap's refusal; anything else is no fault of the expression.
pub(crate) type Compiled = Result<Vec<Instruction>>;

fn with<S: pcap::Activated>(
    capture: std::result::Result<pcap::Capture<S>, pcap::Error>,
    expression: &str,
) -> Compiled {
    let capture = capture.map_err(|e| refusal(&e))?;
    let program = capture.compile(expression, true).map_err(|e| refusal(&e))?;
    Ok(libpcap::instructions(&program))
}

/// libpcap quotes parts of the expression, control characters included.
fn refusal(error: &pcap::Error) -> Error {
    let (kind, text) = match error {
        pcap::Error::PcapError(text) => (Kind::BadFilter, text.clone()),
        other => (Kind::System, format!("cannot compile the filter: {other}")),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Error::new(kind, text.trim())
}
