//! The stream: record batches, pulled when a consumer asks for them.

use super::abi::{ArrowArray, ArrowArrayStream, ArrowSchema};
use super::plan::Plan;
use super::pool::Pool;
use super::rows::{Lengths, Rows};
use super::{array, schema};
use crate::address::TEXT_SIZE;
use crate::error::Kind;
use crate::ffi::guard::{bug, guard};
use crate::ffi::handle::{self, Instance};
use crate::ffi::monitor::ipmon_t;
use crate::ffi::process;
use crate::ffi::status::*;
use crate::ffi::text::c_text;
use crate::monitor::Pulled;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// What a stream owns.
struct Stream {
    m: Handle,
    /// The run that it reads.
    run: u64,
    plan: Plan,
    /// Of the last batch: memory for the next is taken at once.
    lengths: Lengths,
    /// The memory of batches that were released, or small and so handed out as copies.
    pool: Arc<Pool>,
    /// To be told by the next call: this one had rows to hand out.
    failure: Option<Failure>,
    ended: bool,
    /// The text of the newest failure.
    error: CString,
}

/// The monitor, which may be freed before the stream is released.
struct Handle(*mut ipmon_t);

// SAFETY: the pointer is a number.
unsafe impl Send for Handle {}

/// A consumer's calls come one at a time. A callback of the monitor may be inside one.
type Shared = Mutex<Stream>;

/// A stream of the run that its monitor reserved for it.
pub(super) fn export(m: *mut ipmon_t, run: u64, plan: Plan) -> ArrowArrayStream {
    let (m, error) = (Handle(m), CString::default());
    let pool = Arc::new(Pool::new(plan.rows));
    let stream = Stream {
        m,
        run,
        plan,
        lengths: Lengths::default(),
        pool,
        failure: None,
        ended: false,
        error,
    };
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release),
        private_data: Arc::into_raw(Arc::new(Mutex::new(stream))).cast_mut().cast(),
    }
}

impl Stream {
    /// The next batch; `None` after the last.
    fn next(&mut self) -> Result<Option<Rows>, Failure> {
        if self.ended {
            return Ok(None);
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let Some(monitor) = handle::get(self.m.0) else {
            let text = "the monitor of this stream was freed";
            return Err(Failure::new(IPMON_STATUS_BAD_HANDLE, text));
        };
        let rows = match self.pool.take() {
            Some(rows) => Ok(rows),
            None => Rows::new(&self.plan, self.lengths).map_err(|_| no_memory()),
        };
        let rows = rows.and_then(|rows| self.fill(&monitor, rows));
        if let Err(failure) = &rows {
            monitor.failed(&failure.text);
        }
        rows
    }

    /// Waits for the first packet, and takes what is there with it.
    fn fill(&mut self, monitor: &Instance, mut rows: Rows) -> Result<Option<Rows>, Failure> {
        let mut patience = None;
        loop {
            rows.begin_call();
            match monitor.pull_reserved(self.run, &mut rows, patience) {
                Ok(Pulled::Packets) if rows.has_room() => patience = Some(Duration::ZERO),
                Ok(Pulled::Packets | Pulled::TimeOver) => break,
                Ok(Pulled::End) => {
                    self.ended = true;
                    break;
                }
                Err(error) => {
                    match error.kind {
                        Kind::End => self.ended = true,
                        // Those rows count as discarded.
                        Kind::Interrupted => rows.take_back(),
                        _ => {}
                    }
                    if !self.ended {
                        self.failure = Some(error.into());
                    }
                    break;
                }
            }
        }
        self.lengths = rows.lengths().map(|length| length + length / 16 + TEXT_SIZE);
        if rows.failed {
            self.failure = Some(no_memory());
        }
        if rows.len() > 0 {
            return Ok(Some(self.fitting(rows)));
        }
        self.failure.take().map_or(Ok(None), Err)
    }

    /// Live, a batch may hold a few packets, and a consumer many batches: it gets memory
    /// of their size.
    fn fitting(&self, rows: Rows) -> Rows {
        if rows.len() > self.plan.rows / 2 {
            return rows;
        }
        let Ok(copy) = rows.copy() else { return rows };
        self.pool.put(rows);
        copy
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A forked child has only a copy of the monitor.
        if !process::forked()
            && let Some(monitor) = handle::get(self.m.0)
        {
            monitor.release(self.run);
        }
    }
}

fn no_memory() -> Failure {
    Failure::new(IPMON_STATUS_NO_MEMORY, "no memory for a record batch")
}

/// What consumers know of a failure but for its text: an errno.
fn errno(status: ipmon_status) -> c_int {
    match status {
        IPMON_STATUS_NO_MEMORY => libc::ENOMEM,
        IPMON_STATUS_BUSY => libc::EBUSY,
        IPMON_STATUS_INTERRUPTED => libc::ECANCELED,
        IPMON_STATUS_NO_PERMISSION => libc::EACCES,
        IPMON_STATUS_DEVICE_GONE => libc::ENODEV,
        IPMON_STATUS_DEVICE_DOWN => libc::ENETDOWN,
        IPMON_STATUS_UNSUPPORTED => libc::ENOTSUP,
        IPMON_STATUS_BAD_ARGUMENT | IPMON_STATUS_BAD_HANDLE | IPMON_STATUS_NULL_ARGUMENT => {
            libc::EINVAL
        }
        _ => libc::EIO,
    }
}

/// The stream of a struct, kept while a call is inside of it.
///
/// # Safety
/// `stream` is one that was exported here, at its place or moved to another, and is not
/// released.
unsafe fn shared(stream: *mut ArrowArrayStream) -> Arc<Shared> {
    // SAFETY: the caller vouches for it.
    let shared: *const Shared = unsafe { (*stream).private_data }.cast();
    // SAFETY: from `into_raw` in `export`.
    unsafe { Arc::increment_strong_count(shared) };
    // SAFETY: with the count above.
    unsafe { Arc::from_raw(shared) }
}

/// `None` when a call is inside: this one comes from a callback.
fn lock(shared: &Shared) -> Option<MutexGuard<'_, Stream>> {
    match shared.try_lock() {
        Ok(stream) => Some(stream),
        Err(TryLockError::Poisoned(stream)) => Some(stream.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    guard(libc::EIO, || {
        // SAFETY: consumers call this with a stream that is not released.
        let shared = unsafe { shared(stream) };
        let Some(stream) = lock(&shared) else { return libc::EBUSY };
        // SAFETY: consumers pass room for a schema.
        unsafe { out.write(schema::export(stream.plan.columns)) };
        0
    })
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    guard(libc::EIO, || {
        if process::forked() {
            return libc::EINVAL;
        }
        // SAFETY: consumers call this with a stream that is not released.
        let shared = unsafe { shared(stream) };
        let Some(mut stream) = lock(&shared) else { return libc::EBUSY };
        let batch = match guard(Err(bug()), || stream.next()) {
            Ok(Some(rows)) => {
                array::export(rows, stream.plan.columns, Arc::downgrade(&stream.pool))
            }
            Ok(None) => array::released(),
            Err(failure) => {
                stream.error = c_text(&failure.text);
                return errno(failure.status);
            }
        };
        // SAFETY: consumers pass room for an array.
        unsafe { out.write(batch) };
        0
    })
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    const FORKED: &CStr = c"not usable in a forked child";
    const BUSY: &CStr = c"another call reads from this stream";
    guard(null(), || {
        if process::forked() {
            return FORKED.as_ptr();
        }
        // SAFETY: consumers call this with a stream that is not released.
        let shared = unsafe { shared(stream) };
        let Some(stream) = lock(&shared) else { return BUSY.as_ptr() };
        if stream.error.is_empty() { null() } else { stream.error.as_ptr() }
    })
}

unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
    guard((), || {
        // SAFETY: consumers call this once, with a stream that is not released.
        let stream = unsafe { &mut *stream };
        stream.release = None;
        let shared: *const Shared =
            std::mem::replace(&mut stream.private_data, null_mut()).cast_const().cast();
        // SAFETY: from `into_raw` in `export`.
        drop(unsafe { Arc::from_raw(shared) });
    });
}
