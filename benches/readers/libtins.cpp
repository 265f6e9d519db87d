/*
 * libtins, as its documentation shows it: FileSniffer::sniff_loop() and find_pdu().
 *
 * usage: libtins MODE FILE
 *
 * It has neither the lengths of the record nor the bytes of a payload as they were: the
 * length is that of its objects, which is the same for what is captured whole, and there is
 * no payload to look at in the mode check. Of IPv6 extension headers it does not tell what
 * follows a Fragment header (4.0), so that capture is not given to it.
 */
#include "sums.h"

#include <iostream>
#include <tins/tins.h>

using namespace Tins;

static void fill_ipv4(packet &p, const IP &ip)
{
    p.ip_version = 4;
    p.tos = ip.tos();
    p.id = ip.id();
    p.flags = static_cast<uint8_t>(ip.flags());
    p.offset = ip.fragment_offset();
    p.ttl = ip.ttl();
    p.ip_protocol = ip.protocol();
    p.checksum = ip.checksum();
    uint32_t source = ip.src_addr(), destination = ip.dst_addr();
    memcpy(p.source_ip, &source, 4);
    memcpy(p.destination_ip, &destination, 4);
    p.ip_length = ip.tot_len();
    p.payload_length = p.payload_wire_length = ip.tot_len() - ip.header_size();
}

static void fill_ipv6(packet &p, const IPv6 &ip)
{
    p.ip_version = 6;
    p.tos = ip.traffic_class();
    p.ttl = ip.hop_limit();
    p.id = p.offset = p.flags = 0;
    p.checksum = 0;
    ip.src_addr().copy(p.source_ip);
    ip.dst_addr().copy(p.destination_ip);
    p.ip_protocol = ip.next_header();
    p.ip_length = 40u + ip.payload_length();
    p.payload_length = p.payload_wire_length = p.ip_length - ip.header_size();
}

static void fill_ports(packet &p, const PDU &ip)
{
    p.source_port = p.destination_port = 0;
    if (const TCP *tcp = ip.find_pdu<TCP>()) {
        p.source_port = tcp->sport();
        p.destination_port = tcp->dport();
    } else if (const UDP *udp = ip.find_pdu<UDP>()) {
        p.source_port = udp->sport();
        p.destination_port = udp->dport();
    }
}

int main(int argc, char **argv)
{
    static sums sums;
    packet p = packet();
    if (argc < 3) return 2;
    p.source_address = p.destination_address = "";
    on_packet_fn on_packet = sums_begin(&sums, argv[1]);
    try {
        FileSniffer sniffer(argv[2]);
        sniffer.sniff_loop([&](Packet &from) {
            PDU *frame = from.pdu();
            p.frame_number++;
            p.timestamp_ns = static_cast<int64_t>(from.timestamp().seconds()) * 1000000000 +
                             static_cast<int64_t>(from.timestamp().microseconds()) * 1000;
            p.frame_length = p.frame_wire_length = frame->size();
            if (const IP *v4 = frame->find_pdu<IP>()) {
                fill_ipv4(p, *v4);
                fill_ports(p, *v4);
            } else if (const IPv6 *v6 = frame->find_pdu<IPv6>()) {
                fill_ipv6(p, *v6);
                fill_ports(p, *v6);
            } else {
                return true;
            }
            on_packet(&p, &sums);
            return true;
        });
    } catch (const std::exception &e) {
        std::cerr << "libtins: " << e.what() << '\n';
        return 1;
    }
    sums_end(&sums);
    return 0;
}
