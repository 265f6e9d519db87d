"""conform sum: all fields of all packets, added up."""

import os

import ipmon

# numpy's linear algebra has no work here: without this, the threads that it starts turn for
# some 50 ms, waiting for some.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

FIELDS = (
    "source_port destination_port ip_version tos id flags offset ttl checksum ip_protocol "
    "payload_length timestamp"
).split()

ADDRESSES = "source_ip", "destination_ip"


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


def added(column):
    """The sum, modulo 2^32: numpy adds numbers of 32 bits fastest, and lets them overflow."""
    return int(column.sum(dtype="u4"))


def batched(monitor):
    packets = total = 0
    for batch in monitor.batches():
        array = batch.array
        packets += len(array)
        for name in FIELDS:
            total += added(array[name])
        for name in ADDRESSES:
            # Together first, each in one piece: numpy is slow with short rows that lie apart.
            total += added(array[name].view("V16").copy().view("<u4"))
    return packets, total


def columns(monitor):
    packets = total = 0
    names = [name for name in FIELDS if name != "timestamp"]
    for batch in monitor.columns(*names, *ADDRESSES, "timestamp_ns"):
        packets += len(batch["timestamp_ns"])
        total += added(batch["timestamp_ns"] // 1000)
        for name in names:
            total += added(batch[name])
        for name in ADDRESSES:
            total += added(batch[name].view("<u4"))
    return packets, total


MODES = {"pull": pulled, "numpy": batched, "columns": columns}


def sum_of(mode, capture):
    if mode not in MODES:
        return None
    with ipmon.open(capture) as monitor:
        packets, total = MODES[mode](monitor)
    print(f'{{"packets":{packets},"sum":{total & 0xFFFFFFFF}}}')
    return 0
