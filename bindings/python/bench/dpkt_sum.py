"""What `conform sum` adds up, by dpkt. usage: dpkt_sum.py FILE PACKETS: of the first ones"""

import sys
from itertools import islice

import dpkt
from dpkt.ip import IP
from dpkt.ip6 import IP6

packets = total = 0
with open(sys.argv[1], "rb") as file:
    for time, frame in islice(dpkt.pcap.Reader(file), int(sys.argv[2])):
        ip = dpkt.ethernet.Ethernet(frame).data
        if not isinstance(ip, (IP, IP6)):
            continue
        packets += 1
        total += round(time * 1_000_000)
        for address in (ip.src, ip.dst):
            for at in range(0, len(address), 4):
                total += int.from_bytes(address[at : at + 4], "little")
        if isinstance(ip, IP):
            total += (
                4 + ip.tos + ip.id + (ip.rf << 2 | ip.df << 1 | ip.mf) + (ip.offset >> 3)
                + ip.ttl + ip.sum + ip.p + ip.len - ip.hl * 4
            )
        else:
            total += 6 + ip.fc + ip.hlim + ip.p + ip.plen
        if not isinstance(ip.data, bytes):
            total += getattr(ip.data, "sport", 0) + getattr(ip.data, "dport", 0)
print(f'{{"packets":{packets},"sum":{total & 0xFFFFFFFF}}}')
