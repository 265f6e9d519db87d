/*
 * The parse that a C user writes by hand around libpcap: what is needed of Ethernet, IPv4,
 * IPv6 and the ports, and a call through a function pointer.
 */
#ifndef BY_HAND_H
#define BY_HAND_H

#include "sums.h"

#include <arpa/inet.h>
#include <pcap.h>

struct reader {
    on_packet_fn on_packet;
    struct sums *sums;
    int text;
    struct packet packet;
    char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
};

static inline unsigned be16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* The ports and the call: what IPv4 and IPv6 have in common. */
static inline void deliver(struct reader *r, const uint8_t *payload, unsigned length)
{
    struct packet *p = &r->packet;
    p->payload = payload;
    p->payload_length = length;
    if ((p->ip_protocol == IPPROTO_TCP || p->ip_protocol == IPPROTO_UDP) && !p->offset &&
        length >= 4) {
        p->source_port = (uint16_t)be16(payload);
        p->destination_port = (uint16_t)be16(payload + 2);
    } else {
        p->source_port = p->destination_port = 0;
    }
    if (r->text) {
        int family = p->ip_version == 4 ? AF_INET : AF_INET6;
        inet_ntop(family, p->source_ip, r->source, sizeof r->source);
        inet_ntop(family, p->destination_ip, r->destination, sizeof r->destination);
    }
    r->on_packet(p, r->sums);
}

static inline void parse_ipv4(struct reader *r, const uint8_t *ip, unsigned captured)
{
    struct packet *p = &r->packet;
    if (captured < 20 || ip[0] >> 4 != 4) return;
    unsigned header = (ip[0] & 15) * 4u, total = be16(ip + 2);
    if (header < 20 || captured < header || total < header) return;
    unsigned length = total < captured ? total : captured;
    p->ip_version = 4;
    p->tos = ip[1];
    p->id = be16(ip + 4);
    p->flags = ip[6] >> 5;
    p->offset = be16(ip + 6) & 0x1fff;
    p->ttl = ip[8];
    p->ip_protocol = ip[9];
    p->checksum = (uint16_t)be16(ip + 10);
    memcpy(p->source_ip, ip + 12, 4);
    memcpy(p->destination_ip, ip + 16, 4);
    p->ip_length = length;
    p->payload_wire_length = total - header;
    deliver(r, ip + header, length - header);
}

static inline void parse_ipv6(struct reader *r, const uint8_t *ip, unsigned captured)
{
    struct packet *p = &r->packet;
    if (captured < 40 || ip[0] >> 4 != 6) return;
    unsigned total = 40 + be16(ip + 4), at = 40, next = ip[6];
    unsigned length = total < captured ? total : captured;
    p->ip_version = 6;
    p->tos = (uint8_t)(be16(ip) >> 4);
    p->ttl = ip[7];
    p->id = p->offset = p->flags = 0;
    p->checksum = 0;
    memcpy(p->source_ip, ip + 8, 16);
    memcpy(p->destination_ip, ip + 24, 16);
    for (;;) {
        unsigned size = 8;
        if (next == IPPROTO_HOPOPTS || next == IPPROTO_DSTOPTS || next == IPPROTO_ROUTING) {
            if (length - at < 8) break;
            size = (ip[at + 1] + 1u) * 8;
        } else if (next != IPPROTO_FRAGMENT) {
            break;
        }
        if (length - at < size) break;
        if (next == IPPROTO_FRAGMENT) {
            p->offset = (uint16_t)(be16(ip + at + 2) >> 3);
            p->flags = ip[at + 3] & 1;
            p->id = be32(ip + at + 4);
        }
        next = ip[at];
        at += size;
        if (p->offset) break; /* What follows is the middle of something. */
    }
    p->ip_protocol = (uint8_t)next;
    p->ip_length = length;
    p->payload_wire_length = total - at;
    deliver(r, ip + at, length - at);
}

static void on_frame(u_char *user, const struct pcap_pkthdr *h, const u_char *frame)
{
    struct reader *r = (struct reader *)user;
    struct packet *p = &r->packet;
    unsigned at = 14;
    p->frame_number++;
    if (h->caplen < at) return;
    unsigned type = be16(frame + 12);
    while ((type == 0x8100 || type == 0x88a8) && h->caplen >= at + 4) {
        type = be16(frame + at + 2);
        at += 4;
    }
    p->timestamp_ns = h->ts.tv_sec * 1000000000LL + h->ts.tv_usec * 1000LL;
    p->frame_length = h->caplen;
    p->frame_wire_length = h->len;
    if (type == 0x0800) parse_ipv4(r, frame + at, h->caplen - at);
    else if (type == 0x86dd) parse_ipv6(r, frame + at, h->caplen - at);
}

#endif
