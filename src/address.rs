//! Addresses as text.

mod four;
mod six;
#[cfg(target_arch = "x86_64")]
mod six_shuffled;
#[cfg(test)]
mod tests;
mod texts;

pub use texts::{TEXTS_ROOM, Texts};

/// Bytes that the longest text takes, its NUL included (INET6_ADDRSTRLEN).
pub const TEXT_SIZE: usize = 46;

/// Writes an address as NUL-terminated text: dotted decimal for version 4,
/// RFC 5952 otherwise. The length of the text, without its NUL.
pub fn format(ip: &[u8; 16], version: u8, text: &mut [u8; TEXT_SIZE]) -> usize {
    if version != 4 {
        return six::write(ip, text);
    }
    let mut dotted = [0; four::ROOM];
    let length = four::write([ip[0], ip[1], ip[2], ip[3]], &mut dotted);
    let (text, _) = text.split_at_mut(four::ROOM - 1);
    text.copy_from_slice(&dotted[1..]);
    length
}
