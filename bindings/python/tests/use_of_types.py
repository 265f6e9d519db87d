"""Checked by mypy --strict and not run: what a program that uses ipmon may rely on."""

from __future__ import annotations

from datetime import datetime

import ipmon


def every_field(p: ipmon.Packet) -> tuple[str, int, bytes, datetime]:
    return p.source_address, p.ttl, p.payload, p.time


def notice(n: ipmon.Notice) -> None:
    print(n.name, n.count)


def main(path: str) -> int:
    ports: set[int] = set()
    with ipmon.open(path, filter="udp", on_notice=notice) as m:
        for p in m:
            ports.add(p.source_port)
        taken: list[ipmon.Packet] | None = m.take(0.5)
        for batch in m.batches():
            print(len(batch), batch.array["ttl"].sum(), batch.copy().bytes.nbytes)
        for columns in m.columns("ttl", "source_ip", rows=1000):
            print(columns["ttl"].sum())
        stats: ipmon.Stats = m.stats()
    try:
        ipmon.open_live("eth0", direction="in", latency=0).close()
    except ipmon.IpmonError as error:
        print(error.status, error.text)
    return len(ports) + len(taken or []) + stats.received


async def asynchronous(m: ipmon.Monitor) -> None:
    async for p in m:
        print(p)
    async for batch in m.batches():
        print(batch.packet(0).frame_number)
