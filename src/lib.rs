//! ipmon tells a program, packet by packet, what IP traffic crosses an
//! interface or lies in a capture file.
//!
//! Data flows one way, and a module uses what stands to its left, never what
//! stands to its right:
//!
//! ```text
//! source ──frames──▶ decode ──packets──▶ monitor ──events──▶ ffi ──▶ C
//! ```
//!
//! - [`source`] opens capture files and interfaces and yields [`source::Frame`]s
//!   that borrow its buffer.
//! - [`decode`] finds the outermost IP header of a frame and reads it.
//! - [`packet`] is one decoded packet, as the core sees it; [`address`] writes its
//!   addresses as text.
//! - [`filter`] compiles expressions, and asks them of the frames of a file.
//! - [`monitor`] runs a source, counts every frame once and hands packets to a
//!   sink; it owns the capture thread and the rules of stopping.
//! - [`options`] is what a monitor can be told, [`error`] what it says went wrong.
//! - `ffi` is the C API: every C name, every raw pointer that a caller gave.
//! - `sys` holds thin safe wrappers over the operating system and libpcap.
//!
//! Nothing is copied or allocated per packet on the way.

pub mod address;
pub mod decode;
pub mod error;
pub mod filter;
pub mod monitor;
pub mod options;
pub mod packet;
pub mod source;

#[cfg(ipmon_faults)]
mod faults;
mod ffi;
mod sync;
pub mod sys;
