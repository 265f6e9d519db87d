//! Memory of batches that were released, for those that follow.
//!
//! What is freed goes back to the system sooner or later, and a page of it that is touched
//! anew may cost as much as the rows that lie in it.

use super::rows::Rows;
use std::sync::Mutex;

/// How many are kept: a consumer that looks at one batch while the next is written needs no
/// more.
const MOST: usize = 2;

/// The most bytes of texts and bytes in what is kept.
const MOST_BYTES: usize = 16 << 20;

/// What a stream and its batches share.
pub(super) struct Pool {
    /// How many rows a batch has room for.
    rows: usize,
    kept: Mutex<Vec<Rows>>,
}

impl Pool {
    pub(super) fn new(rows: usize) -> Self {
        Pool { rows, kept: Mutex::default() }
    }

    pub(super) fn take(&self) -> Option<Rows> {
        let mut rows = self.kept.lock().ok()?.pop()?;
        rows.clear();
        Some(rows)
    }

    /// What nobody looks at any more. Any thread may come with it, in a forked child too,
    /// where the lock may be held for ever: then it is freed.
    pub(super) fn put(&self, rows: Rows) {
        let (room, bytes) = rows.room();
        if room == self.rows
            && bytes <= MOST_BYTES
            && let Ok(mut kept) = self.kept.try_lock()
            && kept.len() < MOST
            && kept.try_reserve(1).is_ok()
        {
            kept.push(rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::arrow::columns::place;
    use crate::ffi::arrow::plan::Plan;
    use crate::ffi::arrow::{IPMON_COLUMN_FRAME, IPMON_COLUMN_TTL};

    fn rows(columns: u32, room: usize, bytes: usize) -> Rows {
        Rows::new(&Plan::new(columns, room), [bytes; 5]).unwrap()
    }

    #[test]
    fn what_comes_back_is_handed_out_again() {
        let pool = Pool::new(100);
        assert!(pool.take().is_none());
        let rows = rows(IPMON_COLUMN_TTL, 100, 0);
        let memory = rows.buffers(place(IPMON_COLUMN_TTL));
        pool.put(rows);
        let again = pool.take().unwrap();
        assert_eq!(again.buffers(place(IPMON_COLUMN_TTL)), memory);
        assert!(pool.take().is_none());
    }

    #[test]
    fn no_more_is_kept_than_is_of_use() {
        let pool = Pool::new(100);
        for _ in 0..5 {
            pool.put(rows(IPMON_COLUMN_TTL, 100, 0));
        }
        // In a smaller one there is no room for the rows of the next batch.
        pool.put(rows(IPMON_COLUMN_TTL, 99, 0));
        assert_eq!(std::iter::from_fn(|| pool.take()).count(), MOST);
        pool.put(rows(IPMON_COLUMN_TTL, 99, 0));
        pool.put(rows(IPMON_COLUMN_FRAME, 100, MOST_BYTES + 1));
        assert!(pool.take().is_none());
        pool.put(rows(IPMON_COLUMN_FRAME, 100, MOST_BYTES));
        assert!(pool.take().is_some());
    }
}
