//! Filter expressions: which frames a user wants.
//!
//! libpcap compiles them (the language of pcap-filter(7)); what an expression
//! from outside may cost is bounded before libpcap sees it, and files are
//! filtered by our own BPF machine, one program for each link type.

pub mod bpf;
mod compile;
pub mod cooked;
mod link_types;
mod names;
mod predecode;
mod words;

use crate::error::{Error, Kind, Result};
use crate::source::{Frame, LinkType};
use crate::sys::libpcap;
use bpf::{Program, Refusal};

pub use compile::{compile_live, on_big_stack};
pub use link_types::dlt;

/// The longest expression, in bytes. libpcap's time grows with the cube of the
/// number of terms: 1,000 bytes of ports take a quarter of a second, 4,000
/// take 18.
pub const MAX_EXPRESSION: usize = 1024;

/// An expression that is right for at least one link type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    expression: String,
}

impl Filter {
    /// Checks an expression; an empty one is right and takes every frame.
    ///
    /// # Errors
    /// `FilterTooComplex` beyond 1,024 bytes or 4,096 instructions,
    /// `BadFilter` for what libpcap refuses and for names of hosts and
    /// networks, `NoLibpcap` without libpcap.
    pub fn new(expression: impl AsRef<[u8]>) -> Result<Self> {
        let expression = expression.as_ref();
        if expression.len() > MAX_EXPRESSION {
            return Err(Error::new(
                Kind::FilterTooComplex,
                format!(
                    "the filter has {} bytes, and {MAX_EXPRESSION} are allowed",
                    expression.len()
                ),
            ));
        }
        let expression = std::str::from_utf8(expression)
            .ok()
            .filter(|text| !text.contains('\0'))
            .ok_or_else(|| Error::new(Kind::BadFilter, "the filter is no text"))?;
        names::refuse(expression)?;
        libpcap::load()?;
        on_big_stack(|| probe(expression))??;
        Ok(Filter { expression: expression.to_owned() })
    }

    /// The expression as it was given.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }
}

/// Right for one link type is right; the reason for Ethernet, the first, is
/// the one that most users can do something with.
fn probe(expression: &str) -> Result<()> {
    let mut first = None;
    for link_type in link_types::PROBES {
        match compile::compile(expression, link_type) {
            Ok(program) if program.len() <= bpf::MAX_INSTRUCTIONS => return Ok(()),
            Ok(_) => {
                first.get_or_insert((Kind::FilterTooComplex, Refusal::Length.to_string()));
            }
            Err(error) if error.kind != Kind::BadFilter => return Err(error),
            Err(error) => {
                let reason = error.text;
                // libpcap says what is wrong and not where.
                let reason = reason.trim_start_matches("can't parse filter expression: ");
                let text = format!("bad filter: {reason} in \"{}\"", names::shown(expression));
                first.get_or_insert((Kind::BadFilter, text));
            }
        }
    }
    let (kind, text) = first.unwrap_or((Kind::BadFilter, "bad filter".to_owned()));
    Err(Error::new(kind, text))
}

/// What a filter says about a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It wants the frame.
    Yes,
    /// It does not.
    No,
    /// It cannot be asked about frames of this link type, which is a no; told
    /// with the first such frame, later ones are plainly [`Match::No`]. The
    /// error says which link type and why, in one line.
    Inexpressible(Box<Error>),
    /// The system cannot find out now: no memory, no descriptor, no thread.
    Failed(Box<Error>),
}

/// A filter over the frames of a file, whose interfaces may have any mixture
/// of link types.
#[derive(Debug)]
pub struct FileFilter {
    expression: String,
    /// Sorted by link type; `None` where the expression cannot be asked.
    programs: Vec<(LinkType, Option<Program>)>,
    /// The place of the link type that came last.
    last: usize,
}

impl FileFilter {
    /// Compiles nothing yet: that needs a link type.
    #[must_use]
    pub fn new(filter: &Filter) -> Self {
        FileFilter { expression: filter.expression.clone(), programs: Vec::new(), last: 0 }
    }

    /// Whether the filter wants this frame.
    pub fn matches(&mut self, frame: &Frame<'_>) -> Match {
        if self.programs.get(self.last).is_none_or(|(of, _)| *of != frame.link_type) {
            match self.programs.binary_search_by_key(&frame.link_type, |(of, _)| *of) {
                Ok(place) => self.last = place,
                Err(place) => {
                    if let Some(no) = self.add(place, frame.link_type) {
                        return no;
                    }
                }
            }
        }
        match self.programs.get(self.last) {
            Some((_, Some(program))) if program.run(frame.bytes, frame.wire_length) != 0 => {
                Match::Yes
            }
            _ => Match::No,
        }
    }

    /// Compiles for a link type that was not seen before, and remembers also
    /// that it cannot be done.
    fn add(&mut self, place: usize, link_type: LinkType) -> Option<Match> {
        let (program, no) = match program(&self.expression, link_type) {
            Ok(program) => (Some(program), None),
            Err(error) if error.kind != Kind::BadFilter => {
                return Some(Match::Failed(Box::new(error)));
            }
            Err(error) => (None, Some(Match::Inexpressible(Box::new(error)))),
        };
        self.programs.insert(place, (link_type, program));
        self.last = place;
        no
    }
}

/// LINKTYPE_NULL (BSD loopback).
const NULL: LinkType = LinkType(0);

fn program(expression: &str, link_type: LinkType) -> Result<Program> {
    libpcap::load()?;
    let no = |reason: &str| {
        let text = format!(
            "the filter cannot be asked about link type {}, whose packets are left out: {reason}",
            link_type.0
        );
        Error::new(Kind::BadFilter, text)
    };
    let compiled = on_big_stack(|| compile::compile_for_file(expression, link_type))?;
    let instructions = compiled.map_err(|error| match error.kind {
        Kind::BadFilter => no(&error.text),
        _ => error,
    })?;
    let program = Program::new(&instructions).map_err(|refusal| no(&refusal.to_string()))?;
    Ok(if link_type == NULL { program.with_first_word_in_either_order() } else { program })
}

#[cfg(test)]
mod tests;
