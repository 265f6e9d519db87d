//! Captures that are compressed with gzip (RFC 1952) or zstd (RFC 8878),
//! decompressed piece by piece as they are parsed.

use super::buffer::{READ_SIZE, fill};
use super::input::{Got, Input, Wait};
use crate::error::{Error, Kind, Result};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

/// The largest zstd window, as the power of 2: 8 MiB, what every decoder has to
/// support (RFC 8878, section 3.1.1.1.2) and every level up to 19 stays within.
/// Larger windows would let a file of a few bytes ask for 2 GiB.
const WINDOW_LOG: u32 = 23;

/// Magic and descriptor of a zstd frame: how long its header is shows there.
const FRAME_START: usize = 5;

/// What stands in front of each zstd block.
const BLOCK_HEADER: usize = 3;

/// RFC 1952 allows windows of 32 KiB: 15 bits.
const GZIP_WINDOW: u8 = 15;

/// How the bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

/// How a file that begins with `magic` is compressed.
pub(super) fn compression(magic: [u8; 4]) -> Option<Compression> {
    match magic {
        [0x1f, 0x8b, ..] => Some(Compression::Gzip),
        // A frame, or one to be skipped in front of it, as parallel compressors
        // write.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Compression::Zstd),
        _ => None,
    }
}

/// Between the input and the buffer: decompresses what passes.
pub(super) struct Unpacker {
    codec: Codec,
    /// Compressed bytes; those from `start` to `end` are not used yet.
    packed: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes that came out.
    unpacked: u64,
    input_ended: bool,
    /// What is wrong behind the bytes that came out last.
    failed: Option<Error>,
}

enum Codec {
    /// `None` between members.
    Gzip(Option<Decompress>),
    /// With how many bytes it wants next; 0 between frames.
    Zstd(DCtx<'static>, usize),
}

impl Unpacker {
    /// `first` is what was read to recognise the compression.
    pub(super) fn new(compression: Compression, first: &[u8]) -> Result<Self> {
        let codec = match compression {
            Compression::Gzip => Codec::Gzip(None),
            Compression::Zstd => Codec::Zstd(zstd_decoder().ok_or_else(no_memory)?, 0),
        };
        let length = first.len().max(READ_SIZE);
        let mut packed = Vec::new();
        packed.try_reserve_exact(length).map_err(|_| no_memory())?;
        packed.extend_from_slice(first);
        fill(&mut packed, length);
        Ok(Unpacker {
            codec,
            packed,
            start: 0,
            end: first.len(),
            unpacked: 0,
            input_ended: false,
            failed: None,
        })
    }

    /// Like [`Input::read`], of what comes out.
    pub(super) fn read(
        &mut self,
        input: &mut Input,
        room: &mut [u8],
        wait: &Wait<'_>,
    ) -> Result<Got> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut reads = 0u64;
        loop {
            let made = self.step(room)?;
            if made > 0 {
                return Ok(Got::Bytes(made));
            }
            if self.start < self.end {
                continue;
            }
            if self.input_ended {
                return if self.codec.is_between() {
                    Ok(Got::End)
                } else {
                    Err(self.ends_inside())
                };
            }
            // Little comes out of much, of empty members for example.
            if reads > 0 && wait.is_over()? {
                return Ok(Got::Nothing);
            }
            reads += 1;
            match input.read(&mut self.packed, wait)? {
                Got::Bytes(n) => (self.start, self.end) = (0, n),
                Got::End => self.input_ended = true,
                Got::Nothing => return Ok(Got::Nothing),
            }
        }
    }

    /// Decompresses once. An error waits until what came out before it is
    /// handed out.
    fn step(&mut self, room: &mut [u8]) -> Result<usize> {
        let packed = &self.packed[self.start..self.end];
        let mut made = 0;
        let found = self.codec.run(packed, room, &mut made);
        self.unpacked += made as u64;
        match found {
            Ok(used) => self.start += used,
            Err((kind, why)) => {
                let (name, at) = (self.codec.name(), self.unpacked);
                let text = format!("cannot decompress the {name} file at byte offset {at}: {why}");
                let error = Error::at(kind, at, text);
                if made == 0 {
                    return Err(error);
                }
                self.failed = Some(error);
            }
        }
        Ok(made)
    }

    fn ends_inside(&self) -> Error {
        let (name, at) = (self.codec.name(), self.unpacked);
        let text = format!("{name} file ends before its compressed data do, at byte offset {at}");
        Error::at(Kind::Truncated, at, text)
    }
}

impl Codec {
    fn name(&self) -> &'static str {
        match self {
            Codec::Gzip(_) => "gzip",
            Codec::Zstd(..) => "zstd",
        }
    }

    /// Whether the file may end here.
    fn is_between(&self) -> bool {
        matches!(self, Codec::Gzip(None) | Codec::Zstd(_, 0))
    }

    /// Decompresses from `packed` into `room` and says how much it used; `made`
    /// is how much came out, in front of an error too.
    fn run(
        &mut self,
        packed: &[u8],
        room: &mut [u8],
        made: &mut usize,
    ) -> std::result::Result<usize, (Kind, String)> {
        if packed.is_empty() && self.is_between() {
            return Ok(0);
        }
        match self {
            Codec::Gzip(member) => gunzip(member, packed, room, made),
            Codec::Zstd(decoder, wanted) => unzstd(decoder, wanted, packed, room, made),
        }
    }
}

fn no_memory() -> Error {
    Error::new(Kind::NoMemory, "no memory to decompress the file")
}

fn zstd_decoder() -> Option<DCtx<'static>> {
    let mut decoder = DCtx::try_create()?;
    decoder.init().ok()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).ok()?;
    Some(decoder)
}

fn gunzip(
    member: &mut Option<Decompress>,
    packed: &[u8],
    room: &mut [u8],
    made: &mut usize,
) -> std::result::Result<usize, (Kind, String)> {
    if member.is_none() {
        // Tapes and block devices leave zeros behind the last member.
        let zeros = packed.iter().take_while(|&&b| b == 0).count();
        if zeros > 0 {
            return Ok(zeros);
        }
    }
    let state = member.get_or_insert_with(|| Decompress::new_gzip(GZIP_WINDOW));
    let (used_before, made_before) = (state.total_in(), state.total_out());
    let status = state.decompress(packed, room, FlushDecompress::None);
    // The sums hold in an error too, and never exceed the two slices.
    *made = usize::try_from(state.total_out() - made_before).unwrap_or(0);
    let used = usize::try_from(state.total_in() - used_before).unwrap_or(0);
    match status {
        Ok(Status::StreamEnd) => *member = None,
        Ok(_) if used == 0 && *made == 0 && !packed.is_empty() => {
            return Err((Kind::Malformed, "it does not go on".to_owned()));
        }
        Ok(_) => {}
        Err(e) => {
            // A wrong header or checksum keeps its name. What else the decoder
            // says depends on how the bytes were cut into pieces.
            let why = e.message().filter(|m| m.starts_with("incorrect"));
            return Err((Kind::Malformed, why.unwrap_or("its data are damaged").to_owned()));
        }
    }
    Ok(used)
}

fn unzstd(
    decoder: &mut DCtx<'static>,
    wanted: &mut usize,
    packed: &[u8],
    room: &mut [u8],
    made: &mut usize,
) -> std::result::Result<usize, (Kind, String)> {
    // The decoder forgets what it gave in a call that fails. So each call gets
    // no more than one block, or the 3 bytes of the next one's header that its
    // wish includes, or the start of a frame.
    let piece = match *wanted {
        0 => FRAME_START,
        n if n > BLOCK_HEADER => n - BLOCK_HEADER,
        n => n,
    };
    let mut input = InBuffer::around(&packed[..piece.min(packed.len())]);
    let mut output = OutBuffer::around(room);
    let found = decoder.decompress_stream(&mut output, &mut input);
    *made = output.pos();
    match found {
        Ok(next) => {
            *wanted = next;
            Ok(input.pos())
        }
        Err(code) => {
            // The numbers of these errors are not in the safe interface.
            let why = get_error_name(code);
            if why.contains("too much memory") {
                let limit = 1u32 << WINDOW_LOG;
                return Err((
                    Kind::Unsupported,
                    format!("its window is larger than {limit} bytes"),
                ));
            }
            if why.contains("not enough memory") {
                return Err((Kind::NoMemory, why.to_owned()));
            }
            Err((Kind::Malformed, why.to_owned()))
        }
    }
}
