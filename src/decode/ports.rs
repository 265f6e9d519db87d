//! The ports of the transports that begin with a pair of them.

/// IP protocol numbers (IANA, "Protocol Numbers") whose header begins with the
/// source and the destination port, 16 bits each.
const TCP: u8 = 6; // RFC 9293
const UDP: u8 = 17; // RFC 768
const DCCP: u8 = 33; // RFC 4340
const SCTP: u8 = 132; // RFC 9260
const UDP_LITE: u8 = 136; // RFC 3828
const WITH_PORTS: [u8; 5] = [TCP, UDP, DCCP, SCTP, UDP_LITE];

/// Whether a protocol begins with a pair of ports; a table, because a chain of
/// comparisons is guessed wrong where protocols mix.
pub(super) const HAVE: [bool; 256] = {
    let mut have = [false; 256];
    let mut at = 0;
    while at < WITH_PORTS.len() {
        have[WITH_PORTS[at] as usize] = true;
        at += 1;
    }
    have
};

/// What [`HAVE`] says of one.
#[inline]
pub(super) fn has_ports(protocol: u8) -> bool {
    static TABLE: [bool; 256] = HAVE;
    TABLE[usize::from(protocol)]
}

/// The source and destination port at the front of `payload`; 0 and 0 where
/// the protocol has none or they were not captured. `offset` is the packet's
/// fragment offset: only a first fragment has the ports.
#[inline]
pub(super) fn ports(protocol: u8, offset: u16, payload: &[u8]) -> (u16, u16) {
    match payload {
        &[a, b, c, d, ..] if offset == 0 && has_ports(protocol) => {
            (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        }
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_transports_have_ports() {
        let with: Vec<u8> =
            (0..=255).filter(|&p| ports(p, 0, &[1, 2, 3, 4]) == (0x0102, 0x0304)).collect();
        assert_eq!(with, WITH_PORTS);
    }

    #[test]
    fn a_later_fragment_has_no_ports() {
        assert_eq!(ports(UDP, 1, &[1, 2, 3, 4]), (0, 0));
    }

    #[test]
    fn ports_that_were_not_captured_wholly_are_zero() {
        assert_eq!(ports(TCP, 0, &[1, 2, 3]), (0, 0));
    }
}
