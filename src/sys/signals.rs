//! Keeping the program's signals away from the threads of this library.

/// Runs `make_thread` with every signal blocked: a thread inherits the mask of
/// the one that makes it, so the program's handlers never run on ours.
pub fn with_all_blocked<T>(make_thread: impl FnOnce() -> T) -> T {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: initialises the whole set and cannot fail for a valid pointer.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: both sets live through the call; it reads one and writes the other.
    let status =
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let result = make_thread();
    if status == 0 {
        // SAFETY: the call above succeeded, so that it wrote the set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    }
    result
}
