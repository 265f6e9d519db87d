"""conform case: a capture, packet by packet."""

import sys

import ipmon
from lines import packet_line, status_and_text


def pulled(monitor):
    for p in monitor:
        yield packet_line(
            lambda name, p=p: getattr(p, name),
            p.source_address, p.destination_address, p.payload, p.ip, p.frame,
        )


def address(row, name):
    return ipmon.format_address(bytes(row[name][: 4 if row["ip_version"] == 4 else 16]))


def batched(monitor):
    for batch in monitor.batches():
        frames = batch.bytes
        for row in batch.array:
            frame = int(row["frame_offset"])
            ip = frame + int(row["ip"]) - int(row["frame"])
            payload = int(row["payload_offset"])
            yield packet_line(
                lambda name, row=row: row[name],
                address(row, "source_ip"),
                address(row, "destination_ip"),
                frames[payload : payload + row["payload_length"]].tobytes(),
                frames[ip : ip + row["ip_length"]].tobytes(),
                frames[frame : frame + row["frame_length"]].tobytes(),
            )


MODES = {"pull": pulled, "numpy": batched}
FILE_ACCESSES = {"0": "read", "1": "map"}


def case(mode, capture, *options):
    notices = []
    arguments = {"on_notice": lambda n: n.name == "ENDED" or notices.append(str(n.code))}
    for option in options:
        name, _, value = option.partition("=")
        if name == "filter":
            arguments[name] = value
        elif name == "file_access":
            # What is no choice is refused, in the words of this binding.
            arguments[name] = FILE_ACCESSES.get(value, value)
        else:
            return None
    if mode not in MODES:
        return None
    out = sys.stdout.buffer
    status, text, stats = "END", "", ipmon.Stats()
    try:
        with ipmon.open(capture, **arguments) as monitor:
            try:
                for line in MODES[mode](monitor):
                    out.write(line.encode())
            finally:
                stats = monitor.stats()
    except ipmon.IpmonError as error:
        status, text = error.status, error.text
    counters = ",".join(f'"{name}":{value}' for name, value in stats.as_dict().items())
    ending = (
        f"{{{status_and_text(status, text)},"
        f'"notices":[{",".join(notices)}],"stats":{{{counters}}}}}\n'
    )
    out.write(ending.encode())
    return 0
