//! Record batches as Arrow structs. Each column owns a share of the memory: a consumer may
//! keep one and let go of the rest.

use super::abi::ArrowArray;
use super::columns::{self, COUNT, Form};
use super::pool::Pool;
use super::rows::Rows;
use crate::ffi::guard::guard;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::{Arc, Weak};

/// What the columns of a batch share.
struct Memory {
    /// For each column: nulls, of which there are none; values or offsets; bytes.
    buffers: [[*const c_void; 3]; COUNT],
    /// What they lead into; always there until the drop.
    rows: Option<Rows>,
    /// Who has use for it then.
    pool: Weak<Pool>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let (Some(rows), Some(pool)) = (self.rows.take(), self.pool.upgrade()) {
            pool.put(rows);
        }
    }
}

// SAFETY: nothing of it is written any more, and its pointers lead into its own memory.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

/// What a batch owns as a whole.
struct Whole {
    columns: Vec<ArrowArray>,
    _pointers: Vec<*mut ArrowArray>,
    /// Of nulls alone, of which there are none.
    _buffers: Vec<*const c_void>,
}

/// Hands a batch over; its buffers stay where they are. Once it is released, its memory is
/// given to the pool, where that is still there.
pub(super) fn export(rows: Rows, wanted: u32, pool: Weak<Pool>) -> ArrowArray {
    let length = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut buffers = [[null(); 3]; COUNT];
    for (n, _) in columns::of(wanted) {
        let [values, bytes] = rows.buffers(n);
        buffers[n] = [null(), values, bytes];
    }
    let memory = Arc::new(Memory { buffers, rows: Some(rows), pool });
    let column = |n: usize, form| ArrowArray {
        length,
        null_count: 0,
        offset: 0,
        n_buffers: if matches!(form, Form::Fixed(_)) { 2 } else { 3 },
        n_children: 0,
        buffers: memory.buffers[n].as_ptr().cast_mut(),
        children: null_mut(),
        dictionary: null_mut(),
        release: Some(release_column),
        private_data: Arc::into_raw(Arc::clone(&memory)).cast_mut().cast(),
    };
    let mut columns: Vec<_> = columns::of(wanted).map(|(n, c)| column(n, c.form)).collect();
    let first = columns.as_mut_ptr();
    let mut pointers: Vec<_> = (0..columns.len()).map(|n| first.wrapping_add(n)).collect();
    let mut buffers = vec![null()];
    ArrowArray {
        length,
        null_count: 0,
        offset: 0,
        n_buffers: 1,
        n_children: i64::try_from(columns.len()).unwrap_or(0),
        buffers: buffers.as_mut_ptr(),
        children: pointers.as_mut_ptr(),
        dictionary: null_mut(),
        release: Some(release_whole),
        private_data: Box::into_raw(Box::new(Whole {
            columns,
            _pointers: pointers,
            _buffers: buffers,
        }))
        .cast(),
    }
}

/// What says to a consumer that nothing follows.
pub(super) fn released() -> ArrowArray {
    ArrowArray {
        length: 0,
        null_count: 0,
        offset: 0,
        n_buffers: 0,
        n_children: 0,
        buffers: null_mut(),
        children: null_mut(),
        dictionary: null_mut(),
        release: None,
        private_data: null_mut(),
    }
}

/// Marks an array as released; what it owned.
///
/// # Safety
/// `array` is one that was exported here, at its place or moved to another, and is not
/// released.
unsafe fn take<T>(array: *mut ArrowArray) -> *mut T {
    // SAFETY: the caller vouches for it.
    let array = unsafe { &mut *array };
    array.release = None;
    std::mem::replace(&mut array.private_data, null_mut()).cast()
}

unsafe extern "C" fn release_column(array: *mut ArrowArray) {
    guard((), || {
        // SAFETY: consumers call this once for each column, as the specification asks.
        let memory: *const Memory = unsafe { take(array) };
        // SAFETY: from `into_raw` in `export`; the column's own share.
        drop(unsafe { Arc::from_raw(memory) });
    });
}

unsafe extern "C" fn release_whole(array: *mut ArrowArray) {
    guard((), || {
        // SAFETY: consumers call this once for each batch.
        let whole: *mut Whole = unsafe { take(array) };
        // SAFETY: from `into_raw` in `export`.
        let mut whole = unsafe { Box::from_raw(whole) };
        for column in &mut whole.columns {
            // Those that a consumer took out are marked as released.
            if let Some(release) = column.release {
                // SAFETY: it was exported here, and is not released.
                unsafe { release(column) };
            }
        }
    });
}
