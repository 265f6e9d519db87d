//! Where those buffers of a batch lie whose size follows from its rows: in one piece of
//! memory.

use super::columns::{self, COUNT, Form};
use std::collections::TryReserveError;

/// What buffers are aligned to, as Arrow recommends.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line([u8; 64]);

pub(super) struct Plan {
    pub(super) columns: u32,
    pub(super) rows: usize,
    /// Where the values of a column begin, or their offsets; in lines.
    pub(super) at: [usize; COUNT],
    lines: usize,
}

impl Plan {
    pub(super) fn new(columns: u32, rows: usize) -> Self {
        let mut plan = Plan { columns, rows, at: [0; COUNT], lines: 0 };
        for (n, column) in columns::of(columns) {
            plan.at[n] = plan.lines;
            plan.lines += size(column.form, rows).div_ceil(size_of::<Line>());
        }
        plan
    }

    /// Memory for one batch; nothing is in it.
    pub(super) fn memory(&self) -> Result<Vec<Line>, TryReserveError> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(self.lines)?;
        Ok(memory)
    }
}

/// The bytes of a column's values, or of their offsets.
pub(super) fn size(form: Form, rows: usize) -> usize {
    match form {
        Form::Fixed(width) => rows * width,
        // One in front of each value, and one behind the last.
        Form::Text | Form::Bytes => (rows + 1) * size_of::<i32>(),
    }
}
