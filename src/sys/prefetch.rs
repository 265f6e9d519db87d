//! Asking for memory before it is needed.

/// Asks the processor to have the line of memory `distance` bytes behind the
/// start of `bytes` at hand soon. Any distance is fine, beyond the end too.
#[inline(always)]
pub fn prefetch(bytes: &[u8], distance: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let at = bytes.as_ptr().wrapping_add(distance).cast();
        // SAFETY: every x86-64 has the instruction, and it reads no memory: an
        // address that cannot be read is ignored.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, distance);
}
