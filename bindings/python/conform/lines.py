"""The canonical lines."""


def fnv1a(data, so_far=0x811C9DC5):
    for byte in data:
        so_far = (so_far ^ byte) * 0x01000193 & 0xFFFFFFFF
    return so_far


def quoted(text):
    escaped = "".join(
        "\\" + c if c in '"\\' else f"\\u{ord(c):04x}" if c < " " else c for c in text
    )
    return f'"{escaped}"'


def status_and_text(status, text):
    return f'"status":{quoted(status)},"text":{quoted(text)}'


NUMBERS = (
    "tos id flags offset ttl checksum ip_protocol payload_length payload_wire_length "
    "ip_length frame_length frame_wire_length link_type interface_index direction notes"
).split()


def packet_line(get, source_address, destination_address, payload, ip, frame):
    """`get` gives the value of a field by its name."""
    line = (
        f'{{"frame_number":{get("frame_number")},"timestamp":{get("timestamp")},'
        f'"timestamp_ns":{get("timestamp_ns")},"ip_version":{get("ip_version")},'
        f'"source_address":"{source_address}","source_port":{get("source_port")},'
        f'"destination_address":"{destination_address}",'
        f'"destination_port":{get("destination_port")}'
    )
    numbers = "".join(f',"{name}":{get(name)}' for name in NUMBERS)
    hashes = f'"payload":"{fnv1a(payload):08x}","ip":"{fnv1a(ip):08x}","frame":"{fnv1a(frame):08x}"'
    return f"{line}{numbers},{hashes}}}\n"
