//! From what a user wrote for `local_host` to an interface.

use super::adapters::{Adapter, list};
use crate::error::{Error, Kind, Result};
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt;

/// What a capture opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every interface at once.
    Any,
    /// One interface.
    Interface {
        /// Its name.
        name: OsString,
        /// Its index.
        index: u32,
    },
}

impl Target {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        match self {
            Target::Any => OsStr::new("any"),
            Target::Interface { name, .. } => name,
        }
    }
}

/// The longest list of names or addresses in an error, in bytes.
const LISTED: usize = 300;

/// The interface that `local_host` means: `any`, an interface's name, one of
/// this machine's addresses (`%` and a name or an index after it where several
/// interfaces have it), or, unset or empty, the interface that the default
/// route leads through.
///
/// # Errors
/// `NoDevice` when there is none, with what there is; `System` when the system
/// does not tell.
pub fn resolve(local_host: Option<&str>) -> Result<Target> {
    choose(local_host, &list()?, default_route)
}

fn choose(
    local_host: Option<&str>,
    adapters: &[Adapter],
    default_route: impl FnOnce() -> Option<OsString>,
) -> Result<Target> {
    match local_host {
        None | Some("") => by_route(adapters, default_route()),
        Some("any") => Ok(Target::Any),
        Some(text) => {
            if let Some(adapter) = adapters.iter().find(|a| a.name.as_os_str() == OsStr::new(text))
            {
                return Ok(target(adapter));
            }
            let (address, scope) = text.split_once('%').map_or((text, None), |(a, s)| (a, Some(s)));
            match address.parse::<IpAddr>() {
                Ok(ip) => by_address(text, ip, scope, adapters),
                Err(_) => Err(none(
                    format!("no interface is named {}", shortened(text)),
                    "there are",
                    adapters.iter().map(|a| a.name.to_string_lossy().into_owned()),
                )),
            }
        }
    }
}

fn target(adapter: &Adapter) -> Target {
    Target::Interface { name: adapter.name.clone(), index: adapter.index }
}

fn by_route(adapters: &[Adapter], route: Option<OsString>) -> Result<Target> {
    match adapters.iter().find(|a| Some(&a.name) == route.as_ref()) {
        Some(adapter) => Ok(target(adapter)),
        None => Err(none(
            "there is no default route that would choose an interface: name one, or any".to_owned(),
            "there are",
            adapters.iter().map(|a| a.name.to_string_lossy().into_owned()),
        )),
    }
}

fn by_address(text: &str, ip: IpAddr, scope: Option<&str>, adapters: &[Adapter]) -> Result<Target> {
    let in_scope = |a: &Adapter| {
        scope.is_none_or(|s| a.name.as_os_str() == OsStr::new(s) || s.parse() == Ok(a.index))
    };
    let has = |a: &Adapter| a.addresses.iter().any(|address| address.ip_addr() == ip);
    let mut found = adapters.iter().filter(|a| in_scope(a) && has(a));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(target(one)),
        (Some(one), Some(other)) => Err(none(
            format!("several interfaces have the address {ip}: write {ip}%NAME"),
            "they are",
            [one, other].into_iter().chain(found).map(|a| a.name.to_string_lossy().into_owned()),
        )),
        _ => Err(none(
            format!("no interface has the address {}", shortened(text)),
            "there are",
            adapters.iter().flat_map(|a| &a.addresses).map(|a| a.ip_addr().to_string()),
        )),
    }
}

/// `NoDevice` with what there is instead, as far as there is room.
fn none(what: String, intro: &str, names: impl Iterator<Item = String>) -> Error {
    let mut text = what;
    let mut listed = 0;
    let mut left_out = 0;
    for (place, name) in names.enumerate() {
        if listed + name.len() > LISTED {
            left_out += 1;
            continue;
        }
        listed += name.len() + 2;
        text.push_str(&if place == 0 { format!(" ({intro} ") } else { ", ".to_owned() });
        text.extend(name.chars().map(|c| if c.is_control() { '?' } else { c }));
    }
    if listed > 0 {
        text.push_str(&if left_out > 0 {
            format!(" and {left_out} more)")
        } else {
            ")".to_owned()
        });
    }
    Error::new(Kind::NoDevice, text)
}

fn shortened(text: &str) -> String {
    text.chars().take(64).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// The interface that the default route leads through: IPv4's, and IPv6's
/// where IPv4 has none; of several the one with the lowest metric.
#[must_use]
pub fn default_route() -> Option<OsString> {
    // thread-self: a thread may live in a network namespace of its own.
    let read = |name| std::fs::read(format!("/proc/thread-self/net/{name}")).ok();
    read("route")
        .and_then(|table| default_v4(&table))
        .or_else(|| read("ipv6_route").and_then(|table| default_v6(&table)))
}

/// linux/route.h: the route can be used, and does not say "unreachable".
const RTF_UP: u32 = 0x1;
const RTF_REJECT: u32 = 0x200;

fn usable(flags: u32) -> bool {
    flags & RTF_UP != 0 && flags & RTF_REJECT == 0
}

fn default_v4(table: &[u8]) -> Option<OsString> {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask ...
    lowest_metric(table, |fields| match fields {
        [name, b"00000000", _, flags, _, _, metric, b"00000000", ..] => {
            usable(number(flags, 16)?).then_some((number(metric, 10)?, *name))
        }
        _ => None,
    })
}

fn default_v6(table: &[u8]) -> Option<OsString> {
    // Destination Length Source Length Gateway Metric RefCnt Use Flags Iface
    lowest_metric(table, |fields| match fields {
        [destination, b"00", _, _, _, metric, _, _, flags, name]
            if destination.iter().all(|&digit| digit == b'0') && *name != b"lo" =>
        {
            usable(number(flags, 16)?).then_some((number(metric, 16)?, *name))
        }
        _ => None,
    })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// The first of the lowest: the kernel takes that one too.
fn lowest_metric<'a>(
    table: &'a [u8],
    route: impl Fn(&[&'a [u8]]) -> Option<(u32, &'a [u8])>,
) -> Option<OsString> {
    table
        .split(|&b| b == b'\n')
        .filter_map(|line| {
            let fields: Vec<_> =
                line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).collect();
            route(&fields)
        })
        .min_by_key(|(metric, _)| *metric)
        .map(|(_, name)| OsString::from_vec(name.to_vec()))
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
