//! Locks, atomics and threads of the life cycle: the standard library's, or
//! loom's while it is model-checked (`make model`), which tries every order in
//! which threads can run.

#[cfg(not(loom))]
pub(crate) use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, atomic},
    thread,
};

#[cfg(loom)]
pub(crate) use loom::{
    sync::{Arc, Condvar, Mutex, MutexGuard, atomic},
    thread,
};
