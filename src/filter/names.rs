//! Refusing names of hosts and networks.
//!
//! libpcap looks such names up while it compiles: a filter from outside would
//! make this machine ask the DNS, and a capture would not start until it
//! answers. So every word must be a keyword, a number or an address, or stand
//! where a name is looked up in no network (a port, a protocol, an interface).
//!
//! Words are cut as libpcap's scanner cuts them (pcap-filter(7)); where the
//! two might differ, this one takes the longer word and refuses it.

use crate::error::{Error, Kind, Result};
use crate::filter::words::{is_address, is_keyword, is_number};

/// What a name would mean at a place in the expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// A host or a network, which is also what an unqualified word is.
    Host,
    /// A port or a protocol: looked up in files of this machine. It lasts
    /// over and, or, not and parentheses: `port http or https`.
    Local,
    /// A word that is not looked up at all, once.
    Plain,
}

/// # Errors
/// `BadFilter` with the first word that libpcap would look up.
pub(crate) fn refuse(expression: &str) -> Result<()> {
    let mut meaning = Meaning::Host;
    let mut brackets = 0u32;
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(token_length(rest, first, brackets > 0));
        rest = after;
        match token {
            "[" => brackets += 1,
            "]" => brackets = brackets.saturating_sub(1),
            // In brackets a name is an error before anything is looked up.
            _ if brackets > 0 || !is_word(first) || is_number(token) || is_address(token) => {}
            _ if is_keyword(token) => meaning = after_keyword(token, meaning),
            _ if meaning == Meaning::Host => return Err(refused(token)),
            _ if meaning == Meaning::Plain => meaning = Meaning::Host,
            _ => {}
        }
    }
    Ok(())
}

fn is_word(first: char) -> bool {
    first.is_ascii_alphanumeric() || first == ':' || first == '\\'
}

/// The length in bytes of the token at the beginning of `rest`.
fn token_length(rest: &str, first: char, in_brackets: bool) -> usize {
    if first == '\\' {
        // An escaped word takes everything up to one of these.
        return rest.find([' ', '!', '(', ')', '\n', '\t']).unwrap_or(rest.len());
    }
    if !is_word(first) || (first == ':' && in_brackets) {
        return first.len_utf8();
    }
    let in_word = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') || (c == ':' && !in_brackets)
    };
    let word = rest.find(|c| !in_word(c)).map_or(rest, |end| &rest[..end]);
    // No word ends in a hyphen: `len-` is len and minus.
    word.trim_end_matches(['-', '_']).len()
}

fn after_keyword(keyword: &str, before: Meaning) -> Meaning {
    match keyword {
        "and" | "or" | "not" if before == Meaning::Plain => Meaning::Host,
        "and" | "or" | "not" => before,
        "port" | "portrange" | "proto" | "protochain" => Meaning::Local,
        "on" | "ifname" | "rset" | "ruleset" | "reason" | "action" | "type" | "subtype" | "dir"
        | "direction" | "llc" => Meaning::Plain,
        _ => Meaning::Host,
    }
}

fn refused(word: &str) -> Error {
    let text = format!(
        "bad filter: \"{}\" is no keyword, and names of hosts and networks are not looked up: \
         write the address",
        shown(word)
    );
    Error::new(Kind::BadFilter, text)
}

/// A user's text as one line of an error quotes it.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 64;
    let start = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c });
    let dots = if text.chars().count() > SHOWN { "..." } else { "" };
    start.chain(dots.chars()).collect()
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
