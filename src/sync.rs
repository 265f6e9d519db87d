//! Locks, atomics and threads of the life cycle: the standard library's; or
//! loom's while it is model-checked (`make model`), which tries every order in
//! which threads can run; or, under the thread sanitizer (`tests/tsan-c.sh`),
//! such as it can see through.

#[cfg(not(any(loom, ipmon_tsan)))]
pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use std::{sync::atomic, thread};

#[cfg(loom)]
pub(crate) use loom::{
    sync::{Arc, Condvar, Mutex, MutexGuard, atomic},
    thread,
};

#[cfg(all(ipmon_tsan, not(loom)))]
mod instrumented;
#[cfg(all(ipmon_tsan, not(loom)))]
pub(crate) use instrumented::{Arc, Condvar, Mutex, MutexGuard};

/// The time. It stands still in a model, where the same steps have to lead to
/// the same place however long the machine takes over them.
#[cfg(not(loom))]
pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(loom)]
pub(crate) fn now() -> std::time::Instant {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    *START.get_or_init(std::time::Instant::now)
}

/// A moment's wait for another thread, whatever its priority.
pub(crate) fn pause() {
    #[cfg(not(loom))]
    std::thread::sleep(std::time::Duration::from_micros(20));
    #[cfg(loom)]
    loom::thread::yield_now();
}
