//! Addresses as text.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Bytes that the longest text takes, its NUL included (INET6_ADDRSTRLEN).
pub const TEXT_SIZE: usize = 46;

/// Writes an address as NUL-terminated text: dotted decimal for version 4,
/// RFC 5952 otherwise. The length of the text, without its NUL.
pub fn format(ip: &[u8; 16], version: u8, text: &mut [u8; TEXT_SIZE]) -> usize {
    let mut rest = text.as_mut_slice();
    // The longest text is one byte shorter than the buffer: writing cannot
    // fail.
    let _ = match version {
        4 => write!(rest, "{}", Ipv4Addr::new(ip[0], ip[1], ip[2], ip[3])),
        _ => write!(rest, "{}", Ipv6Addr::from(*ip)),
    };
    let length = TEXT_SIZE - rest.len();
    if let Some(end) = text.get_mut(length) {
        *end = 0;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ip: [u8; 16], version: u8) -> String {
        let mut text = [0xff; TEXT_SIZE];
        let length = format(&ip, version, &mut text);
        assert_eq!(text[length], 0);
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    #[test]
    fn addresses_are_written_as_people_write_them() {
        let mut ip = [0; 16];
        ip[..4].copy_from_slice(&[192, 0, 2, 255]);
        assert_eq!(text(ip, 4), "192.0.2.255");
        assert_eq!(text(ip, 6), "c000:2ff::");
        assert_eq!(text([0; 16], 6), "::");
    }

    #[test]
    fn the_longest_address_fits_with_its_nul() {
        assert_eq!(text([0xff; 16], 6), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        assert_eq!(text([0xff; 16], 4), "255.255.255.255");
    }
}
