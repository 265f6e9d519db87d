//! The C API: every `extern "C"` function, every C name.
//!
//! What every item here keeps, and the header's preamble promises:
//!
//! 1. A function that can fail returns a status and writes its outputs only on
//!    success.
//! 2. Every pointer is checked; a handle is looked up and never dereferenced;
//!    integers are range-checked and never Rust enums.
//! 3. Nothing unwinds into C: each function's body runs in a guard.
//! 4. Only the core's public functions are called from here.
//! 5. The comments are the C contract, with the labels Returns, Threads,
//!    Ownership, From a callback, Since, in that order.
//!
//! The order of the modules is the order of the header.
#![allow(unsafe_code, reason = "the C boundary; each block carries its SAFETY reason")]
#![allow(unreachable_pub, reason = "public to C: the header holds what is pub here")]
#![allow(non_camel_case_types, reason = "an item bears its C name, so that one search finds it")]

// What the rest stands on; nothing of it is in the header.
mod batch;
mod event;
mod guard;
mod handle;
mod process;
mod sink;
mod text;

// The header, top to bottom.
mod version;
//
mod status;
//
mod packet;
//
mod notices;
//
mod stats;
//
mod monitor;
//
mod callbacks;
//
mod options;
//
mod event_options;
//
mod live_options;
//
mod run;
//
mod pull;
//
mod arrow;
//
mod adapters;
//
mod format;
