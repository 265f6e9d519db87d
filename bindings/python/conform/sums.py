"""conform sum: all fields of all packets, added up."""

import ipmon

FIELDS = (
    "source_port destination_port ip_version tos id flags offset ttl checksum ip_protocol "
    "payload_length timestamp"
).split()


def pulled(monitor):
    packets = total = 0
    for p in monitor:
        packets += 1
        total += (
            p.source_port + p.destination_port + p.ip_version + p.tos + p.id + p.flags + p.offset
            + p.ttl + p.checksum + p.ip_protocol + p.payload_length + p.timestamp
        )
        for ip in (p.source_ip, p.destination_ip):
            for at in range(0, len(ip), 4):
                total += int.from_bytes(ip[at : at + 4], "little")
    return packets, total


def batched(monitor):
    packets = total = 0
    for batch in monitor.batches():
        array = batch.array
        packets += len(array)
        for name in FIELDS:
            total += int(array[name].sum())
        for name in ("source_ip", "destination_ip"):
            total += int(array[name].view("<u4").sum())
    return packets, total


def columns(monitor):
    packets = total = 0
    names = [name for name in FIELDS if name != "timestamp"]
    addresses = "source_ip", "destination_ip"
    for batch in monitor.columns(*names, *addresses, "timestamp_ns"):
        packets += len(batch["timestamp_ns"])
        total += int((batch["timestamp_ns"] // 1000).sum())
        for name in names:
            total += int(batch[name].sum())
        for name in addresses:
            total += int(batch[name].view("<u4").sum())
    return packets, total


MODES = {"pull": pulled, "numpy": batched, "columns": columns}


def sum_of(mode, capture):
    if mode not in MODES:
        return None
    with ipmon.open(capture) as monitor:
        packets, total = MODES[mode](monitor)
    print(f'{{"packets":{packets},"sum":{total & 0xFFFFFFFF}}}')
    return 0
