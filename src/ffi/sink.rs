//! Turns the core's events into C structs and calls the callbacks.

use super::batch::Lent;
use super::callbacks::{ipmon_on_error_fn, ipmon_on_ip_packet_fn, ipmon_on_notice_fn};
use super::event::Event;
use super::notices::{self, ipmon_error, ipmon_notice};
use super::packet::ipmon_packet;
use super::status::{self, IPMON_STATUS_OK};
use super::text::{c_text, size_of_struct};
use crate::address::Texts;
use crate::error::Error;
use crate::monitor::{Notice, Removal, Sink};
use crate::options::Options;
use crate::packet::{Fields, Packet};
use std::ffi::c_void;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// The caller's pointer, handed back with every callback.
#[derive(Clone, Copy)]
pub(super) struct UserData(pub(super) *mut c_void);

// SAFETY: the library never follows the pointer; that the capture thread hands
// it to the callback is what the caller was promised.
unsafe impl Send for UserData {}

/// Ends the program when a callback is left otherwise than by its return: by a
/// C++ exception, or by the end of its thread. The monitor would be left in the
/// midst of a packet, and what stands further up the stack is not C++'s.
struct MustReturn;

impl MustReturn {
    #[inline]
    fn from(callback: impl FnOnce()) {
        let must_return = MustReturn;
        callback();
        std::mem::forget(must_return);
    }
}

impl Drop for MustReturn {
    #[cold]
    fn drop(&mut self) {
        // One line, with whatever became of standard error.
        let _ = std::io::stderr().write_all(
            b"ipmon: a callback did not return: an exception or pthread_exit() left it\n",
        );
        std::process::abort();
    }
}

/// What is called for a packet; a function that does nothing where there is none,
/// so that nothing has to be asked for each packet.
type OnIpPacket = unsafe extern "C-unwind" fn(*const ipmon_packet, *mut c_void);

unsafe extern "C-unwind" fn ignore(_: *const ipmon_packet, _: *mut c_void) {}

/// The callbacks of one monitor.
pub(super) struct CSink {
    on_ip_packet: (OnIpPacket, UserData),
    pub(super) on_error: (ipmon_on_error_fn, UserData),
    pub(super) on_notice: (ipmon_on_notice_fn, UserData),
    address_text: bool,
    /// The event of the packet that is being delivered.
    event: Event,
    pub(super) texts: Texts,
    /// What the packets of the last pulled batch point into.
    pub(super) lent: Lent,
}

impl CSink {
    pub(super) fn new() -> Self {
        let nobody = UserData(std::ptr::null_mut());
        CSink {
            on_ip_packet: (ignore, nobody),
            on_error: (None, nobody),
            on_notice: (None, nobody),
            address_text: true,
            event: Event::new(),
            texts: Texts::new(),
            lent: Lent::new(),
        }
    }

    pub(super) fn set_on_ip_packet(&mut self, callback: ipmon_on_ip_packet_fn, data: UserData) {
        self.on_ip_packet = (callback.unwrap_or(ignore), data);
    }
}

impl Sink for CSink {
    fn begin(&mut self, options: &Options) {
        self.address_text = options.address_text;
        self.event = Event::new();
        self.lent.forget();
    }

    #[inline(always)]
    fn packet(&mut self, packet: &Packet<'_, impl Fields>) {
        let (callback, user_data) = self.on_ip_packet;
        self.event.write(packet);
        if self.address_text {
            let h = packet.headers;
            let texts = self.texts.of(h.version(), &h.source(), &h.destination());
            let [source, destination] = texts.map(|text| text.as_ptr().cast());
            self.event.set_text(source, destination);
        }
        // SAFETY: the caller set this function to be called with a packet that
        // lives through the call and with its own user data.
        MustReturn::from(|| unsafe { callback(self.event.as_packet(), user_data.0) });
    }

    fn error(&mut self, error: &Error) {
        let (Some(callback), user_data) = self.on_error else { return };
        let text = c_text(&error.text);
        let event = ipmon_error {
            struct_size: size_of_struct::<ipmon_error>(),
            status: status::of(error.kind),
            system_error: error.errno,
            reserved: 0,
            offset: error.offset.and_then(|o| i64::try_from(o).ok()).unwrap_or(-1),
            text: text.as_ptr(),
        };
        // SAFETY: as for packets.
        MustReturn::from(|| unsafe { callback(&raw const event, user_data.0) });
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        let (Some(callback), user_data) = self.on_notice else { return };
        let text = c_text(notice.text);
        let event = ipmon_notice {
            struct_size: size_of_struct::<ipmon_notice>(),
            code: notices::code(notice.topic),
            status: notice.error.map_or(IPMON_STATUS_OK, |e| status::of(e.kind)),
            reserved: 0,
            count: notice.count,
            timestamp: now(),
            text: text.as_ptr(),
        };
        // SAFETY: as for packets.
        MustReturn::from(|| unsafe { callback(&raw const event, user_data.0) });
    }

    fn remove(&mut self, removal: Removal) {
        if removal.packets {
            self.on_ip_packet.0 = ignore;
        }
        if removal.errors {
            self.on_error.0 = None;
        }
        if removal.notices {
            self.on_notice.0 = None;
        }
    }
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
