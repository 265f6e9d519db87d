//! Captures that are made from what is expected of them: fields are chosen
//! first, and the bytes built from them.
#![allow(dead_code, reason = "each test that includes it uses another part")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "lengths and numbers are chosen here, and small"
)]

pub(crate) mod containers;
pub(crate) mod frames;
pub(crate) mod mutations;
pub(crate) mod packets;
pub(crate) mod random;
pub(crate) mod runs;
pub(crate) mod samples;
pub(crate) mod seeds;

// The library's own tests use these too.
#[path = "../../src/decode/encapsulations.rs"]
pub(crate) mod encapsulations;
#[path = "../../src/source/file/testing.rs"]
pub(crate) mod files;
