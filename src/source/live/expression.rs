//! What a live capture asks the kernel to let through.

use super::adapters;
use super::target::Target;
use crate::error::Result;
use crate::options::Options;
use crate::source::Direction;

/// The expression for the kernel; `None` lets everything through.
///
/// # Errors
/// `System` when the system does not tell its interfaces.
pub(super) fn expression(target: &Target, options: &Options) -> Result<Option<String>> {
    let loopback = adapters::list()?.iter().find(|a| a.loopback).map(|a| a.index);
    Ok(whole_expression(target, options, loopback))
}

/// The expression for the kernel: the direction, on loopback only one of the
/// two appearances of each packet, and the user's. That comes last, because
/// some of its words (`pppoes`, `geneve`) move the place where libpcap has the
/// words after them look, `inbound` among them.
fn whole_expression(target: &Target, options: &Options, loopback: Option<u32>) -> Option<String> {
    let once = match target {
        Target::Interface { index, .. } if Some(*index) == loopback => Some("inbound".to_string()),
        Target::Interface { .. } => None,
        Target::Any => loopback.map(|index| format!("not (outbound and ifindex {index})")),
    };
    let way = match options.direction {
        Direction::Unknown => None,
        Direction::In => Some("inbound".to_string()),
        Direction::Out => Some("outbound".to_string()),
    };
    let user = options.filter.as_ref().map(|f| f.expression().to_string());
    let parts: Vec<_> = [way, once, user].into_iter().flatten().map(|p| format!("({p})")).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::libpcap as library;
    use pcap::{Capture, Linktype};

    #[test]
    fn words_that_move_where_libpcap_looks_come_last() {
        let filter = crate::filter::Filter::new("pppoes and ip").unwrap();
        let options =
            Options { filter: Some(filter), direction: Direction::In, ..Options::default() };
        let whole = whole_expression(&Target::Any, &options, Some(1)).unwrap();
        assert_eq!(whole, "(inbound) and (not (outbound and ifindex 1)) and (pppoes and ip)");
        let capture = Capture::dead(Linktype(276)).unwrap();
        // SKF_AD_OFF: a note at another place than those that there are would
        // have the kernel refuse the program.
        for i in library::instructions(&capture.compile(&whole, true).unwrap()) {
            assert!(i.k < 0xffff_f000 || (i.k - 0xffff_f000).is_multiple_of(4), "{i:?}");
        }
    }
}
