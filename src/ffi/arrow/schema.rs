//! The schema: a struct of the columns that were asked for, none of them nullable.

use super::abi::ArrowSchema;
use super::columns;
use crate::ffi::guard::guard;
use std::ffi::CStr;
use std::ptr::{null, null_mut};

/// What a schema owns; its texts are constants.
struct Whole {
    columns: Vec<ArrowSchema>,
    _pointers: Vec<*mut ArrowSchema>,
}

fn one(
    format: &'static CStr,
    name: &'static CStr,
    release: unsafe extern "C" fn(*mut ArrowSchema),
) -> ArrowSchema {
    ArrowSchema {
        format: format.as_ptr(),
        name: name.as_ptr(),
        metadata: null(),
        flags: 0,
        n_children: 0,
        children: null_mut(),
        dictionary: null_mut(),
        release: Some(release),
        private_data: null_mut(),
    }
}

pub(super) fn export(wanted: u32) -> ArrowSchema {
    let mut columns: Vec<_> =
        columns::of(wanted).map(|(_, c)| one(c.format, c.name, release_column)).collect();
    let first = columns.as_mut_ptr();
    let mut pointers: Vec<_> = (0..columns.len()).map(|n| first.wrapping_add(n)).collect();
    let mut whole = one(c"+s", c"", release_whole);
    whole.n_children = i64::try_from(columns.len()).unwrap_or(0);
    whole.children = pointers.as_mut_ptr();
    whole.private_data = Box::into_raw(Box::new(Whole { columns, _pointers: pointers })).cast();
    whole
}

unsafe extern "C" fn release_column(schema: *mut ArrowSchema) {
    // SAFETY: consumers call this with a schema that was exported here and is not released.
    let schema = unsafe { &mut *schema };
    schema.release = None;
}

unsafe extern "C" fn release_whole(schema: *mut ArrowSchema) {
    guard((), || {
        // SAFETY: as above.
        let schema = unsafe { &mut *schema };
        schema.release = None;
        let whole: *mut Whole = std::mem::replace(&mut schema.private_data, null_mut()).cast();
        // SAFETY: from `into_raw` in `export`.
        let mut whole = unsafe { Box::from_raw(whole) };
        for column in &mut whole.columns {
            // Those that a consumer took out are marked as released.
            column.release = None;
        }
    });
}
