//! Texts and structs on their way between C and Rust.

use super::status::{Failure, IPMON_STATUS_BAD_ARGUMENT, IPMON_STATUS_BAD_SIZE};
use std::ffi::{CStr, CString, OsStr, c_char};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt;

/// The size of a struct as its `struct_size` says it.
pub(super) const fn size_of_struct<T>() -> u32 {
    // The structs are a few hundred bytes.
    #[allow(clippy::cast_possible_truncation, reason = "checked by the assertion")]
    let size = size_of::<T>() as u32;
    assert!(size as usize == size_of::<T>());
    size
}

/// A text argument as bytes; `None` for NULL. At most `limit` bytes are looked
/// at.
pub(super) fn bytes<'a>(
    text: *const c_char,
    name: &str,
    limit: usize,
) -> Result<Option<&'a [u8]>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises a NUL-terminated text; strnlen stops at the
    // NUL.
    let length = unsafe { libc::strnlen(text, limit + 1) };
    if length > limit {
        return Err(Failure::new(
            IPMON_STATUS_BAD_ARGUMENT,
            format!("{name} is longer than {limit} bytes"),
        ));
    }
    // SAFETY: the caller promises that the text stays as it is during the
    // call; `length` bytes of it were read above.
    Ok(Some(unsafe { std::slice::from_raw_parts(text.cast(), length) }))
}

/// A text argument that has to be UTF-8.
pub(super) fn utf8<'a>(
    text: *const c_char,
    name: &str,
    limit: usize,
) -> Result<Option<&'a str>, Failure> {
    let Some(bytes) = bytes(text, name, limit)? else { return Ok(None) };
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Failure::new(IPMON_STATUS_BAD_ARGUMENT, format!("{name} is not UTF-8")))?;
    Ok(Some(text))
}

/// A path argument: any bytes.
pub(super) fn path<'a>(text: *const c_char) -> Result<&'a OsStr, Failure> {
    // Linux' PATH_MAX; a longer path cannot be opened.
    match bytes(text, "path", 4096)? {
        None => Err(Failure::null("path")),
        Some([]) => Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, "path is empty")),
        Some(path) => Ok(OsStr::from_bytes(path)),
    }
}

/// A text for C; a NUL inside, which C could not see past, becomes a space.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', " ")).unwrap_or_default()
}

/// Copies a text into the caller's buffer. When the buffer is too small it
/// gets as much as fits, and `needed` is what it takes.
pub(super) fn give(
    value: &CStr,
    text: *mut c_char,
    size: usize,
    needed: *mut usize,
) -> Result<(), Failure> {
    let bytes = value.to_bytes_with_nul();
    if text.is_null() && (size != 0 || needed.is_null()) {
        return Err(Failure::null("text"));
    }
    if !needed.is_null() {
        // SAFETY: the caller promises a pointer to a size_t.
        unsafe { needed.write_unaligned(bytes.len()) };
    }
    if size == 0 && text.is_null() {
        return Ok(());
    }
    if bytes.len() <= size {
        // SAFETY: the caller promises `size` bytes, of which these are the first.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), text, bytes.len()) };
        return Ok(());
    }
    if let Some(room) = size.checked_sub(1) {
        let fits = whole_characters(bytes, room);
        // SAFETY: fewer than the caller's `size` bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), text, fits) };
        // SAFETY: `fits` is at most `size - 1`.
        let end = unsafe { text.add(fits) };
        // SAFETY: as above.
        unsafe { end.write(0) };
    }
    Err(Failure::new(
        IPMON_STATUS_BAD_SIZE,
        format!("the buffer holds {size} bytes, the text needs {}", bytes.len()),
    ))
}

/// How much of a text fits `room` bytes without cutting a UTF-8 character.
fn whole_characters(text: &[u8], room: usize) -> usize {
    let continues = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (0..=room).rev().find(|&at| !continues(at)).unwrap_or(0)
}

/// A struct that callers bring room for. It grows at its end, and programs that were built
/// with its first version bring that version's size for ever.
pub(super) trait Grows {
    /// The size of its first version: where the last field of that one ends.
    const FIRST: usize;
}

/// Whether a caller's idea of a struct can be served: not smaller than the
/// struct was in its first version, nor beyond all reason.
pub(super) fn check_size<T: Grows>(size: usize) -> Result<(), Failure> {
    let first = T::FIRST;
    if (first..=1 << 16).contains(&size) {
        return Ok(());
    }
    let text = format!("the struct has {size} bytes; pass its sizeof, at least {first}");
    Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text))
}

/// Writes what caller and library both know of a struct, and zeroes the rest
/// of the caller's.
///
/// # Safety
/// `out` points to `size` writable bytes; `T` is a `repr(C)` struct without
/// padding.
pub(super) unsafe fn give_struct<T: Copy>(value: &T, out: *mut u8, size: usize) {
    let known = size.min(size_of::<T>());
    // SAFETY: `known` is within both; the caller vouches for `out`.
    unsafe { std::ptr::copy_nonoverlapping(std::ptr::from_ref(value).cast(), out, known) };
    // SAFETY: `known <= size`.
    let rest = unsafe { out.add(known) };
    // SAFETY: the caller's bytes beyond `known`.
    unsafe { rest.write_bytes(0, size - known) };
}

/// Writes an array of structs whose elements are `stride` bytes for the caller.
///
/// # Errors
/// `NULL_ARGUMENT`; `BAD_ARGUMENT` when `stride` is none; `BAD_SIZE` when
/// `capacity` is too small, with `count` written.
///
/// # Safety
/// `out` points to `stride * capacity` writable bytes; `T` is a `repr(C)`
/// struct without padding.
pub(super) unsafe fn give_array<T: Copy + Grows>(
    values: &[T],
    out: *mut T,
    stride: usize,
    capacity: usize,
    count: *mut usize,
) -> Result<(), Failure> {
    if count.is_null() {
        return Err(Failure::null("count"));
    }
    if out.is_null() && capacity != 0 {
        return Err(Failure::null("out"));
    }
    check_size::<T>(stride)?;
    // SAFETY: the caller promises a pointer to a size_t.
    unsafe { count.write_unaligned(values.len()) };
    if out.is_null() {
        return Ok(());
    }
    if capacity < values.len() {
        return Err(Failure::new(
            IPMON_STATUS_BAD_SIZE,
            format!("there are {}, the array holds {capacity}", values.len()),
        ));
    }
    for (i, value) in values.iter().enumerate() {
        // SAFETY: i < capacity, and the caller vouches for stride * capacity
        // bytes.
        let element = unsafe { out.cast::<u8>().add(i * stride) };
        // SAFETY: as above; this element's bytes.
        unsafe { give_struct(value, element, stride) };
    }
    Ok(())
}

/// Writes an output argument.
pub(super) fn put<T>(out: *mut T, name: &str, value: T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: the caller promises a pointer to a T; where it is aligned badly,
    // an unaligned write is as good.
    unsafe { out.write_unaligned(value) };
    Ok(())
}
