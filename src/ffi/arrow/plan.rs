//! Where the buffers of a batch lie: one piece of memory for all that has a size of its own.

use super::columns::{self, COUNT, Form};
use crate::address::TEXT_SIZE;
use std::collections::TryReserveError;

/// What buffers are aligned to, as Arrow recommends.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line([u8; 64]);

/// The longest text, without its NUL.
pub(super) const LONGEST: usize = TEXT_SIZE - 1;

pub(super) struct Plan {
    pub(super) columns: u32,
    pub(super) rows: usize,
    /// Where the values of a column begin, or their offsets; in lines.
    pub(super) values: [usize; COUNT],
    /// Where the texts of a column begin.
    pub(super) texts: [usize; COUNT],
    lines: usize,
}

impl Plan {
    /// For rows of any texts. Only the pages that are written to become memory. Behind the
    /// last text there is room to write one.
    pub(super) fn new(columns: u32, rows: usize) -> Self {
        Plan::with_texts(columns, rows, |_| rows * LONGEST + TEXT_SIZE)
    }

    /// For rows whose texts take as many bytes in each column.
    pub(super) fn with_texts(columns: u32, rows: usize, texts: impl Fn(usize) -> usize) -> Self {
        let none = [0; COUNT];
        let mut plan = Plan { columns, rows, values: none, texts: none, lines: 0 };
        for (n, column) in columns::of(columns) {
            plan.values[n] = plan.room(match column.form {
                Form::Fixed(width) => rows * width,
                // One in front of each value, and one behind the last.
                Form::Text | Form::Bytes => (rows + 1) * size_of::<i32>(),
            });
            if column.form == Form::Text {
                plan.texts[n] = plan.room(texts(n));
            }
        }
        plan
    }

    fn room(&mut self, bytes: usize) -> usize {
        let at = self.lines;
        self.lines += bytes.div_ceil(size_of::<Line>());
        at
    }

    /// Memory for one batch; nothing is in it.
    pub(super) fn memory(&self) -> Result<Vec<Line>, TryReserveError> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(self.lines)?;
        Ok(memory)
    }
}
