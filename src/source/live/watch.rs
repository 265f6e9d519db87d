//! What happens to an interface during its capture, as the kernel tells it.

use super::adapters::{self, Adapter};
use crate::error::Result;
use crate::source::{DeviceChange, DeviceEvent};
use crate::sys::netlink::{LinkChanges, Received};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Events that wait to be told; beyond that the oldest are lost.
const MOST_EVENTS: usize = 1024;

/// Watches one interface, or all of them.
pub(super) struct Watch {
    changes: LinkChanges,
    /// 0: all.
    index: u32,
    known: BTreeMap<u32, Link>,
    events: VecDeque<DeviceEvent>,
    /// The one interface is gone: what has its number now is another one.
    over: bool,
}

/// What is known of an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Link {
    name: OsString,
    up: bool,
    address: Vec<u8>,
    hardware_type: u16,
}

impl Watch {
    /// # Errors
    /// `System`.
    pub(super) fn new(index: u32) -> Result<Self> {
        // First the socket: a change after the list is told, and one before is in it.
        let changes = LinkChanges::new(index)?;
        let known = known(index, &adapters::list()?);
        Ok(Watch { changes, index, known, events: VecDeque::new(), over: false })
    }

    /// Takes what the kernel told.
    pub(super) fn read(&mut self) {
        // One message with all that an interface has; the kernel sends no more.
        let mut room = [0; 32_768];
        loop {
            match self.changes.receive(&mut room) {
                Received::Bytes(n) => self.messages(room.get(..n).unwrap_or_default()),
                Received::Nothing => return,
                Received::Lost => return self.look(),
            }
        }
    }

    /// The next event.
    pub(super) fn next(&mut self) -> Option<DeviceEvent> {
        self.events.pop_front()
    }

    /// The one interface is gone, as its socket knows: told behind what came before it,
    /// which the kernel has said by then.
    pub(super) fn removed(&mut self) {
        self.read();
        self.gone(self.index);
    }

    /// Compares with what there is, where messages were lost.
    fn look(&mut self) {
        let Ok(list) = adapters::list() else { return };
        let now = known(self.index, &list);
        let gone: Vec<_> = self.known.keys().filter(|i| !now.contains_key(i)).copied().collect();
        for index in gone {
            self.gone(index);
        }
        for (index, link) in now {
            self.changed(index, link);
        }
    }

    /// Messages of rtnetlink(7), one behind the other.
    fn messages(&mut self, mut bytes: &[u8]) {
        const HEADER: usize = 16;
        while let Some(length) = word(bytes, 0) {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let Some(message) = bytes.get(..length).filter(|m| m.len() >= HEADER) else { return };
            if let Some(kind) = half(message, 4) {
                self.message(kind, message.get(HEADER..).unwrap_or_default());
            }
            bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    /// `struct ifinfomsg`, then attributes.
    fn message(&mut self, kind: u16, info: &[u8]) -> Option<()> {
        const INFO: usize = 16;
        let family = *info.first()?;
        let index = word(info, 4)?;
        // A bridge tells of its ports in the same words.
        if i32::from(family) != libc::AF_UNSPEC || (self.index != 0 && self.index != index) {
            return None;
        }
        if kind == libc::RTM_DELLINK {
            self.gone(index);
        }
        if kind != libc::RTM_NEWLINK {
            return None;
        }
        let up = word(info, 8)? & u32::try_from(libc::IFF_UP).unwrap_or(0) != 0;
        let before = self.known.get(&index).cloned().unwrap_or_default();
        let mut link = Link { up, hardware_type: half(info, 2)?, ..before };
        let mut rest = info.get(INFO..)?;
        while let (Some(length), Some(kind)) = (half(rest, 0), half(rest, 2)) {
            let length = usize::from(length);
            let Some(value) = rest.get(4..length) else { break };
            match kind {
                libc::IFLA_ADDRESS => link.address = value.to_vec(),
                libc::IFLA_IFNAME => {
                    let name = value.split(|&b| b == 0).next().unwrap_or_default();
                    link.name = OsString::from_vec(name.to_vec());
                }
                _ => {}
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        self.changed(index, link);
        None
    }

    fn changed(&mut self, index: u32, link: Link) {
        if self.over {
            return;
        }
        let Some(before) = self.known.insert(index, link.clone()) else {
            // A new one comes up later, and is told of then.
            if link.up {
                self.tell(DeviceChange::Up, format!("{} is up", shown(&link.name)));
            }
            return;
        };
        let name = shown(&link.name);
        if before.name != link.name {
            let text = format!("{} is called {name} now", shown(&before.name));
            self.tell(DeviceChange::Renamed, text);
        }
        if before.hardware_type != link.hardware_type {
            let text = format!("{name} has another link type now");
            self.tell(DeviceChange::LinkType, text);
        }
        if before.address != link.address {
            let text = format!("{name} has the link-layer address {} now", hex(&link.address));
            self.tell(DeviceChange::Address, text);
        }
        match (before.up, link.up) {
            (true, false) => self.tell(DeviceChange::Down, format!("{name} went down")),
            (false, true) => self.tell(DeviceChange::Up, format!("{name} is up")),
            _ => {}
        }
    }

    fn gone(&mut self, index: u32) {
        if let Some(link) = self.known.remove(&index) {
            self.over = self.index == index;
            let text = format!("{} was removed", shown(&link.name));
            self.tell(DeviceChange::Removed, text);
        }
    }

    fn tell(&mut self, change: DeviceChange, text: String) {
        if self.events.len() == MOST_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(DeviceEvent { change, text });
    }
}

impl AsRawFd for Watch {
    fn as_raw_fd(&self) -> RawFd {
        self.changes.as_raw_fd()
    }
}

fn known(index: u32, list: &[Adapter]) -> BTreeMap<u32, Link> {
    let watched = list.iter().filter(|a| index == 0 || a.index == index);
    watched
        .map(|a| {
            let link = Link {
                name: a.name.clone(),
                up: a.up,
                address: a.hardware_address.clone(),
                hardware_type: a.hardware_type,
            };
            (a.index, link)
        })
        .collect()
}

fn shown(name: &OsString) -> String {
    let text = String::from_utf8_lossy(name.as_bytes());
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn hex(address: &[u8]) -> String {
    let bytes: Vec<_> = address.iter().map(|b| format!("{b:02x}")).collect();
    bytes.join(":")
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
