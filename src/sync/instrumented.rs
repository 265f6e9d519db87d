//! Locks and shared values that the thread sanitizer can see through.
//!
//! The standard library comes compiled, without the sanitizer's instruments:
//! what a contended lock of it orders looks like a race. These locks are made
//! of a crate that is compiled together with this one, and are never poisoned.
//! And its `Arc` orders the last drop by a fence, which the sanitizer does not
//! know; the one here does it by the counter itself.
#![allow(unsafe_code, reason = "an Arc; each block carries its SAFETY reason")]

use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LockResult, TryLockError, TryLockResult};
use std::time::Duration;

pub(crate) type MutexGuard<'a, T> = parking_lot::MutexGuard<'a, T>;

pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Mutex(parking_lot::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.0.lock())
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.0.try_lock().ok_or(TryLockError::WouldBlock)
    }
}

pub(crate) struct Condvar(parking_lot::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Condvar(parking_lot::Condvar::new())
    }

    pub(crate) fn wait<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
    ) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(&mut guard);
        Ok(guard)
    }

    pub(crate) fn wait_timeout<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let timed_out = self.0.wait_for(&mut guard, timeout).timed_out();
        Ok((guard, timed_out))
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

pub(crate) struct Arc<T>(NonNull<Counted<T>>);

struct Counted<T> {
    count: AtomicUsize,
    value: T,
}

// SAFETY: as for the standard library's: every owner reaches the value, and the
// last one, on whichever thread it is, drops it.
unsafe impl<T: Send + Sync> Send for Arc<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Arc<T> {}

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Self {
        let counted = Box::new(Counted { count: AtomicUsize::new(1), value });
        Arc(NonNull::from(Box::leak(counted)))
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: it is there until the last owner, and this is one, is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Self {
        self.counted().count.fetch_add(1, Ordering::Relaxed);
        Arc(self.0)
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.counted().value
    }
}

impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        if self.counted().count.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: this was the last owner, and `new` made it of a box.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}
