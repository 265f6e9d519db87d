//! The two numberings of link types.

use crate::source::LinkType;

/// The DLT_ number that libpcap knows a file's link type by on Linux.
///
/// A capture file carries LINKTYPE_ numbers, the same everywhere; libpcap's
/// functions take DLT_ numbers, a few of which differ from system to system.
/// The LINKTYPE_ numbers of those begin at 100, where no system has a DLT_
/// number of its own (<https://www.tcpdump.org/linktypes.html>, and pcap/dlt.h
/// for the right-hand side).
pub fn dlt(link_type: LinkType) -> i32 {
    let number = match link_type.0 {
        100 => 11, // ATM_RFC1483
        101 => 12, // RAW
        102 => 15, // SLIP_BSDOS
        103 => 16, // PPP_BSDOS
        106 => 19, // ATM_CLIP
        same => same,
    };
    // A number that no link type has stays one that libpcap does not know.
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Link types of which one can express what the others cannot, so that an
/// expression that none of them compiles is wrong everywhere: the families of
/// keywords of pcap-filter(7) need Ethernet, bare IP (for what a header before
/// IP spoils), Linux cooked (inbound), IEEE 802.11 with and without radiotap,
/// Token Ring and FDDI (link-layer addresses of their own), ATM (vpi, vci,
/// lane, oam), PPP, PF logs (on, reason, rnr), SS7 (sio, opc, dpc) and ARCNET.
pub(crate) const PROBES: [LinkType; 13] = [
    LinkType(1),   // ETHERNET
    LinkType(101), // RAW
    LinkType(113), // LINUX_SLL
    LinkType(105), // IEEE802_11
    LinkType(127), // IEEE802_11_RADIOTAP
    LinkType(6),   // IEEE802_5
    LinkType(10),  // FDDI
    LinkType(123), // SUNATM
    LinkType(9),   // PPP
    LinkType(117), // PFLOG
    LinkType(140), // MTP2
    LinkType(139), // MTP2_WITH_PHDR
    LinkType(7),   // ARCNET_BSD
];
