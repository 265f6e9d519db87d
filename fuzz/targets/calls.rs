//! A sequence of C calls: the input says which, with which numbers and texts, and what
//! the callbacks call in turn. Every status is one that the call may return, the ledger
//! of every parse is exact, and in the end no descriptor is left open. A call that does
//! not return is found by libFuzzer's own time-out.

#![no_main]

mod c_api;
mod input;
mod runs;

use c_api::*;
use input::Input;
use ipmon as _; // for its C functions
use libfuzzer_sys::fuzz_target;
use runs::{OF_A_FILE, OF_A_RUN};
use std::cell::{Cell, RefCell};
use std::ffi::{CString, c_int, c_void};
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr::{null, null_mut};

const MONITORS: usize = 4;
/// Callbacks that call back go no deeper.
const DEEPEST: u32 = 4;
/// Enough for every sequence that says something new.
const MOST_CALLS: u32 = 300;
/// Calls that compile a filter or ask the system for its interfaces, which take a hundred
/// times as long as the others.
const MOST_SLOW_CALLS: u32 = 3;
/// `sizeof(ipmon_packet)`, of which the payload's pointer is at 56 and its length at 64.
const PACKET_SIZE: usize = 168;
/// `sizeof(ipmon_stats)` in words: after `struct_size` come `received`, what became of the
/// frames, and `bytes`.
const STATS_WORDS: usize = 15;

fuzz_target!(|input: &[u8]| {
    // The first bytes are the file that is parsed; what follows, the calls.
    let Some((&length, rest)) = input.split_first() else { return };
    let (capture, calls) = rest.split_at(rest.len().min(usize::from(length) * 8));
    let before = descriptors();
    play(capture, calls);
    assert_eq!(descriptors(), before, "descriptors are left open");
});

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn play(capture: &[u8], calls: &[u8]) {
    // SAFETY: the descriptor was made just now and nobody else owns it.
    let mut file = unsafe { File::from_raw_fd(memfd_create(c"capture".as_ptr(), 0)) };
    file.write_all(capture).unwrap();
    let play = Play {
        input: Input::new(calls),
        made: Cell::new(0),
        slow: Cell::new(0),
        depth: Cell::new(0),
        alive: RefCell::default(),
        gone: RefCell::default(),
        running: RefCell::default(),
        file: CString::new(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap(),
    };
    while !play.over() {
        play.call();
    }
    for m in play.alive.take() {
        assert_eq!(ipmon_free(m), OK);
        assert_eq!(ipmon_free(m), BAD_HANDLE);
    }
}

/// What the sequence and its callbacks share; all of it on one thread.
struct Play {
    input: Input,
    made: Cell<u32>,
    slow: Cell<u32>,
    depth: Cell<u32>,
    alive: RefCell<Vec<Handle>>,
    gone: RefCell<Vec<Handle>>,
    /// Whose parses are under way, the innermost last.
    running: RefCell<Vec<Handle>>,
    file: CString,
}

/// Looks into what a packet lends, as a program does.
unsafe fn look_at(packet: *const c_void) {
    // SAFETY: the library lends a whole packet; these are its bytes.
    let bytes = unsafe { std::slice::from_raw_parts(packet.cast::<u8>(), PACKET_SIZE) };
    let payload = usize::from_ne_bytes(bytes[56..64].try_into().unwrap()) as *const u8;
    let length = u32::from_ne_bytes(bytes[64..68].try_into().unwrap());
    // SAFETY: as the header says of the payload.
    let payload = unsafe { std::slice::from_raw_parts(payload, length as usize) };
    black_box(payload.iter().map(|b| u64::from(*b)).sum::<u64>());
}

/// Looks, and makes some calls.
unsafe extern "C-unwind" fn on_packet(packet: *const c_void, play: *mut c_void) {
    // SAFETY: a packet of the library's.
    unsafe { look_at(packet) };
    // SAFETY: the play that set this callback.
    unsafe { on_anything(packet, play) };
}

unsafe extern "C-unwind" fn on_anything(_event: *const c_void, play: *mut c_void) {
    // SAFETY: as above; it outlives every parse.
    let play = unsafe { &*play.cast::<Play>() };
    play.depth.set(play.depth.get() + 1);
    if play.depth.get() <= DEEPEST {
        for _ in 0..play.input.byte() % 4 {
            if !play.over() {
                play.call();
            }
        }
    }
    play.depth.set(play.depth.get() - 1);
}

impl Play {
    fn over(&self) -> bool {
        self.input.over() || self.made.get() >= MOST_CALLS
    }

    /// One that lives, mostly; or NULL, or one that lives no more, or any number.
    fn handle(&self) -> Handle {
        let choice = usize::from(self.input.byte());
        let (alive, gone) = (self.alive.borrow(), self.gone.borrow());
        match (choice % 8, alive.len(), gone.len()) {
            (0, ..) => null_mut(),
            (1, ..) => std::ptr::without_provenance_mut(self.input.number() as usize),
            (2, _, n @ 1..) => gone[choice / 8 % n],
            (_, n @ 1.., _) => alive[choice / 8 % n],
            _ => null_mut(),
        }
    }

    fn is_running(&self, m: Handle) -> bool {
        self.running.borrow().contains(&m)
    }

    /// A call's status: `one_of` for a monitor that lives.
    #[track_caller]
    fn expect(&self, m: Handle, status: i32, one_of: &[i32]) {
        if m.is_null() {
            assert_eq!(status, NULL_ARGUMENT);
        } else if self.alive.borrow().contains(&m) {
            assert!(one_of.contains(&status), "{status} is none of {one_of:?}");
        } else {
            assert_eq!(status, BAD_HANDLE);
        }
    }

    /// A setter's status: refused while the monitor runs, or by its limits.
    #[track_caller]
    fn expect_set(&self, m: Handle, status: i32, good: bool) {
        match (self.is_running(m), good) {
            (true, true) => self.expect(m, status, &[BUSY]),
            (true, false) => self.expect(m, status, &[BUSY, BAD_ARGUMENT]),
            (false, true) => self.expect(m, status, &[OK]),
            (false, false) => self.expect(m, status, &[BAD_ARGUMENT]),
        }
    }

    fn call(&self) {
        self.made.set(self.made.get() + 1);
        let choice = self.input.byte() % 32;
        let m = self.handle();
        match choice {
            0 | 1 => self.make(),
            2 => self.free(m),
            3..7 => self.parse(m),
            7 => self.callbacks(m),
            8..16 => self.set(m, choice),
            16..20 => self.get(m),
            20 => self.texts(m),
            21 => {
                let busy = self.is_running(m);
                self.expect(m, ipmon_reset(m), if busy { &[BUSY] } else { &[OK] });
            }
            // A stop is always possible: nothing runs but what this thread is inside of.
            22 | 23 => self.expect(m, ipmon_set_active(m, 0), &[OK]),
            24 | 29 | 31 if self.too_slow() => {}
            24 => self.start(m),
            25 => self.wait(m),
            26 | 27 => ipmon_interrupt(m),
            28 => self.stats(m),
            29 => self.lists(),
            30 => self.format(),
            _ => {
                // SAFETY: a text of the library's, which ends.
                let text = unsafe {
                    std::ffi::CStr::from_ptr(ipmon_status_text(self.input.number() as i32))
                };
                assert!(!text.is_empty());
                black_box(ipmon_check_access(m));
            }
        }
    }

    fn too_slow(&self) -> bool {
        self.slow.replace(self.slow.get() + 1) >= MOST_SLOW_CALLS
    }

    fn make(&self) {
        if self.alive.borrow().len() == MONITORS {
            return;
        }
        let m = ipmon_new();
        assert!(!m.is_null());
        assert!(!self.gone.borrow().contains(&m), "a handle is used again");
        self.alive.borrow_mut().push(m);
        let play = std::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: the play outlives its monitors.
        assert_eq!(unsafe { ipmon_set_on_ip_packet(m, Some(on_packet), play) }, OK);
        // SAFETY: as above.
        assert_eq!(unsafe { ipmon_set_on_notice(m, Some(on_anything), play) }, OK);
    }

    fn free(&self, m: Handle) {
        let status = ipmon_free(m);
        if m.is_null() {
            return assert_eq!(status, OK);
        }
        self.expect(m, status, &[OK]);
        self.alive.borrow_mut().retain(|alive| *alive != m);
        if status == OK {
            self.gone.borrow_mut().push(m);
        }
    }

    fn callbacks(&self, m: Handle) {
        let choice = self.input.byte();
        let set = [ipmon_set_on_ip_packet, ipmon_set_on_error, ipmon_set_on_notice];
        let set = set[usize::from(choice) % 3];
        let none = choice & 64 == 0;
        let function: Callback = if none { None } else { Some(on_anything) };
        // SAFETY: as in `make`.
        let status = unsafe { set(m, function, std::ptr::from_ref(self).cast_mut().cast()) };
        let busy = self.is_running(m) && !none;
        self.expect(m, status, if busy { &[BUSY] } else { &[OK] });
    }

    fn set(&self, m: Handle, choice: u8) {
        let number = self.input.number();
        let (word, int) = (number as u32, number as i32);
        match choice {
            8 => self.expect_set(m, ipmon_set_direction(m, int), (0..=2).contains(&int)),
            9 => self.expect_set(m, ipmon_set_promiscuous(m, int), true),
            10 => self.expect_set(m, ipmon_set_snap_length(m, word), (1..=262_144).contains(&word)),
            11 => {
                let good = (1_048_576..=2_147_483_647).contains(&word);
                self.expect_set(m, ipmon_set_buffer_size(m, word), good);
            }
            12 => self.expect_set(m, ipmon_set_latency(m, word), word <= 20_000),
            13 => self.expect_set(m, ipmon_set_address_text(m, int), true),
            14 if number & 256 != 0 => {
                self.expect_set(m, ipmon_set_file_access(m, int & 255), int & 255 < 2);
            }
            14 if number & 512 != 0 => self.expect_set(m, ipmon_set_reopen(m, int), true),
            14 if number & 1024 != 0 => self.expect_set(m, ipmon_set_all_multicast(m, int), true),
            14 if number & 2048 != 0 => {
                self.expect_set(m, ipmon_set_time_source(m, int & 3), int & 3 < 2);
            }
            14 => self.expect(m, ipmon_set_accept_data(m, int), &[OK]),
            _ if self.too_slow() => {}
            _ => {
                let text = self.input.text();
                let allowed = [OK, BUSY, NO_LIBPCAP, BAD_FILTER, FILTER_TOO_COMPLEX];
                // SAFETY: a text that lives through the call.
                self.expect(m, unsafe { ipmon_set_filter(m, text.as_ptr()) }, &allowed);
            }
        }
    }

    fn get(&self, m: Handle) {
        let words = [ipmon_get_snap_length, ipmon_get_buffer_size, ipmon_get_latency];
        let ints = [
            ipmon_get_direction,
            ipmon_get_promiscuous,
            ipmon_get_address_text,
            ipmon_get_file_access,
            ipmon_get_active,
            ipmon_get_accept_data,
            ipmon_get_reopen,
            ipmon_get_all_multicast,
            ipmon_get_time_source,
        ];
        let choice = usize::from(self.input.byte());
        let (mut word, mut int) = (0, 0);
        // SAFETY: pointers to what the functions write.
        let status = unsafe {
            match choice % 12 {
                n @ 0..3 => words[n](m, &raw mut word),
                n => ints[n - 3](m, &raw mut int),
            }
        };
        self.expect(m, status, &[OK]);
        // SAFETY: NULL is refused before anything is written.
        let status = unsafe { ints[choice % 9](m, null_mut()) };
        self.expect(m, status, &[NULL_ARGUMENT]);
    }

    /// Texts into a buffer of the size that is told, which the sanitizer guards.
    fn texts(&self, m: Handle) {
        let host = self.input.text();
        // SAFETY: a text that lives through the call.
        let status = unsafe { ipmon_set_local_host(m, host.as_ptr()) };
        self.expect(m, status, &[OK, BUSY, BAD_ARGUMENT]);
        for get in [ipmon_last_error, ipmon_get_local_host, ipmon_get_filter] {
            let mut text = vec![0; usize::from(self.input.byte())];
            let mut needed = 0;
            // SAFETY: a buffer of that size.
            let status = unsafe { get(m, text.as_mut_ptr(), text.len(), &raw mut needed) };
            self.expect(m, status, &[OK, BAD_SIZE]);
            assert!(status != OK || needed <= text.len());
            assert!(text.is_empty() || text.contains(&0));
        }
    }

    /// A start that cannot succeed: a capture would not be the input's alone.
    fn start(&self, m: Handle) {
        // SAFETY: a text that lives through the call.
        let status = unsafe { ipmon_set_local_host(m, c"no such interface".as_ptr()) };
        if status == OK {
            self.expect(
                m,
                ipmon_set_active(m, (self.input.number() as c_int).max(1)),
                &[NO_DEVICE],
            );
        } else {
            self.expect(m, status, &[BUSY]);
            self.expect(m, ipmon_set_active(m, 1), &[BUSY]);
        }
    }

    fn wait(&self, m: Handle) {
        let timeout = self.input.number() as c_int;
        let status = ipmon_wait(m, timeout);
        let idle = [&OF_A_RUN[..], &OF_A_FILE, &[NO_DEVICE]].concat();
        match (timeout < -1, self.is_running(m)) {
            (true, _) => self.expect(m, status, &[BAD_ARGUMENT]),
            (_, true) => self.expect(m, status, &[PENDING]),
            _ => self.expect(m, status, &idle),
        }
    }

    fn stats(&self, m: Handle) {
        let size = self.input.number() as usize;
        let mut out = vec![0_u64; size.min(1 << 16).div_ceil(8)];
        let good = (STATS_WORDS * 8..=1 << 16).contains(&size);
        // SAFETY: a buffer of that size, or a size that is refused.
        let status = unsafe { ipmon_get_stats(m, out.as_mut_ptr(), size) };
        self.expect(m, status, if good { &[OK] } else { &[BAD_ARGUMENT] });
    }

    fn lists(&self) {
        for list in [ipmon_list_adapters, ipmon_list_ip_addresses] {
            let (size, capacity) = (self.input.number() as usize, usize::from(self.input.byte()));
            let mut out = vec![0; size.min(1 << 16) * capacity.min(16)];
            let mut count = 0;
            // SAFETY: an array of that size, or a size that is refused.
            let status = unsafe { list(out.as_mut_ptr(), size, capacity.min(16), &raw mut count) };
            assert!([OK, BAD_SIZE, BAD_ARGUMENT].contains(&status));
            // SAFETY: NULL is refused.
            assert_eq!(unsafe { list(null_mut(), size, 0, null_mut()) }, NULL_ARGUMENT);
        }
    }

    fn format(&self) {
        let (version, ip) = (self.input.number() as u32, [self.input.byte(); 16]);
        let mut text = vec![0; usize::from(self.input.byte() % 64)];
        // SAFETY: 16 bytes, and a buffer of that size.
        let status =
            unsafe { ipmon_format_address(ip.as_ptr(), version, text.as_mut_ptr(), text.len()) };
        let good = version == 4 || version == 6;
        assert!(if good { [OK, BAD_SIZE].contains(&status) } else { status == BAD_ARGUMENT });
        assert!(status != OK || text.contains(&0));
        // SAFETY: NULL is refused.
        let status = unsafe { ipmon_format_address(null(), 4, text.as_mut_ptr(), text.len()) };
        assert_eq!(status, NULL_ARGUMENT);
    }
}
