//! Thin safe wrappers over the operating system.
//!
//! One of the few places that may be `unsafe`: each block says why it holds.
#![allow(unsafe_code, reason = "system calls; each block carries its SAFETY reason")]

pub mod cancellation;
pub mod epoll;
pub mod file;
pub mod interfaces;
pub mod libpcap;
pub mod mapping;
pub mod netlink;
pub mod packet_socket;
pub mod prefetch;
pub mod signals;
pub mod timestamps;
#[cfg_attr(loom, path = "wake_model.rs")]
pub mod wake;
