//! Handles: numbers that name monitors and are never dereferenced.
//!
//! A handle is a slot of a fixed table and the slot's generation. Freeing a
//! monitor ends its generation, so that a freed, foreign or made-up handle is
//! recognised and never undefined behaviour. The table takes no lock, because
//! `ipmon_interrupt` may be called from a signal handler.

use super::monitor::ipmon_t;
use super::sink::CSink;
use crate::monitor::Monitor;
use crate::sync::{Mutex, MutexGuard};
use once_cell::sync::OnceCell;
use std::sync::PoisonError;
use std::sync::atomic::{
    AtomicPtr, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use std::time::Duration;

/// What a handle names.
pub(super) type Instance = Monitor<CSink>;

/// Handles are odd: a pointer that C got from anywhere else is aligned, and so
/// never one.
const TAG: usize = 1;
const INDEX_BITS: u32 = 12;
/// 4,096 monitors in one process: each holds two descriptors, and 1,024 of
/// those is the usual limit.
const SLOTS: usize = 1 << INDEX_BITS;
/// As many as a pointer of 47 bits (the user half of today's address spaces)
/// leaves; some runtimes use the bits above for themselves. A slot whose
/// generations are used up is not used again.
const GENERATION_BITS: u32 = if usize::BITS >= 64 { 34 } else { 19 };

/// A slot's word: users in bits 0 to 15, whether it is alive in bit 16, the
/// generation above.
const USERS: u64 = 0xffff;
const ALIVE: u64 = 1 << 16;
const GENERATION_SHIFT: u32 = 17;

#[derive(Default)]
struct Slot {
    word: AtomicU64,
    instance: AtomicPtr<Instance>,
}

struct Table {
    slots: Box<[Slot]>,
    free: Mutex<Vec<usize>>,
}

static TABLE: OnceCell<Table> = OnceCell::new();

impl Table {
    fn new() -> Self {
        Table {
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            free: Mutex::new((0..SLOTS).rev().collect()),
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<usize>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, the slot's monitor stays where it is.
struct User<'a>(&'a Slot);

impl<'a> User<'a> {
    /// Async-signal-safe.
    fn of(slot: &'a Slot, generation: u64) -> Option<Self> {
        let mut word = slot.word.load(Relaxed);
        loop {
            if word >> GENERATION_SHIFT != generation || word & ALIVE == 0 || word & USERS == USERS
            {
                return None;
            }
            match slot.word.compare_exchange_weak(word, word + 1, Acquire, Relaxed) {
                Ok(_) => return Some(User(slot)),
                Err(now) => word = now,
            }
        }
    }

    fn instance(&self) -> &Instance {
        // SAFETY: while the slot is alive the pointer is the box that `put`
        // stored, and `take` waits for its users, of which this is one.
        unsafe { &*self.0.instance.load(Acquire) }
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        self.0.word.fetch_sub(1, Release);
    }
}

/// A handle for `instance`; `None` when none is left.
pub(super) fn put(instance: Instance) -> Option<*mut ipmon_t> {
    let table = TABLE.get_or_init(Table::new);
    let index = table.free().pop()?;
    let slot = table.slots.get(index)?;
    slot.instance.store(Box::into_raw(Box::new(instance)), Release);
    let generation = (slot.word.load(Relaxed) >> GENERATION_SHIFT) + 1;
    slot.word.store(generation << GENERATION_SHIFT | ALIVE, Release);
    let generation = usize::try_from(generation).ok()?;
    let number = (generation << INDEX_BITS | index) << 1 | TAG;
    Some(std::ptr::without_provenance_mut(number))
}

/// The monitor that a handle names.
pub(super) fn get(handle: *const ipmon_t) -> Option<Instance> {
    Some(user(handle)?.instance().clone())
}

/// Looks at the monitor without anything that a signal handler must not do.
pub(super) fn peek(handle: *const ipmon_t, look: impl FnOnce(&Instance)) {
    if let Some(user) = user(handle) {
        look(user.instance());
    }
}

/// Ends a handle; the monitor that it named.
pub(super) fn take(handle: *const ipmon_t) -> Option<Instance> {
    let (slot, index, generation) = find(handle)?;
    let mut word = slot.word.load(Relaxed);
    loop {
        if word >> GENERATION_SHIFT != generation || word & ALIVE == 0 {
            return None;
        }
        match slot.word.compare_exchange_weak(word, word & !ALIVE, AcqRel, Relaxed) {
            Ok(_) => break,
            Err(now) => word = now,
        }
    }
    // Users only clone a reference or set a flag: this is over at once, but a
    // thread among them may have been preempted.
    while slot.word.load(Acquire) & USERS != 0 {
        std::thread::sleep(Duration::from_micros(20));
    }
    let instance = slot.instance.swap(std::ptr::null_mut(), AcqRel);
    // SAFETY: the pointer is the box that `put` stored; the slot is no longer
    // alive and has no users, so nobody else can reach it.
    let instance = unsafe { Box::from_raw(instance) };
    if generation + 1 < 1 << GENERATION_BITS {
        TABLE.get()?.free().push(index);
    }
    Some(*instance)
}

/// Every monitor that there is.
pub(super) fn all() -> Vec<Instance> {
    let Some(table) = TABLE.get() else { return Vec::new() };
    let alive = |slot| User::of(slot, slot.word.load(Relaxed) >> GENERATION_SHIFT);
    table.slots.iter().filter_map(alive).map(|user| user.instance().clone()).collect()
}

fn user(handle: *const ipmon_t) -> Option<User<'static>> {
    let (slot, _, generation) = find(handle)?;
    User::of(slot, generation)
}

fn find(handle: *const ipmon_t) -> Option<(&'static Slot, usize, u64)> {
    let number = handle.addr();
    if number & TAG == 0 {
        return None;
    }
    let index = (number >> 1) & (SLOTS - 1);
    let generation = (number >> 1) >> INDEX_BITS;
    let slot = TABLE.get()?.slots.get(index)?;
    Some((slot, index, u64::try_from(generation).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_up(number: usize) -> *const ipmon_t {
        std::ptr::without_provenance(number)
    }

    #[test]
    fn a_handle_is_good_until_it_is_taken_and_never_again() {
        let one = put(Monitor::new(CSink::new()).unwrap()).unwrap();
        assert!(get(one).is_some());
        assert!(take(one).is_some());
        assert!(get(one).is_none());
        assert!(take(one).is_none());
        let next = put(Monitor::new(CSink::new()).unwrap()).unwrap();
        assert_ne!(one, next);
        assert!(get(one).is_none());
        assert!(take(next).is_some());
    }

    #[test]
    fn a_number_that_names_no_monitor_is_recognised() {
        let one = put(Monitor::new(CSink::new()).unwrap()).unwrap();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..1_000_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let forged = made_up(usize::try_from(state >> 1).unwrap());
            assert!(forged == one.cast_const() || get(forged).is_none());
        }
        for near in [one.addr() ^ 1, one.addr() + (2 << INDEX_BITS), one.addr() + 2, 0, 1, 8] {
            assert!(get(made_up(near)).is_none());
        }
        assert!(take(one).is_some());
    }
}
