/*
 * The floor: reads the file and steps over its records, nothing else. No reader that reads
 * can be faster.
 *
 * usage: floor MODE FILE    (the mode is not looked at; only packets are counted)
 */
#define _POSIX_C_SOURCE 200809L
#include "sums.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BUFFER = 128 * 1024, PCAPNG = 0x0a0d0d0a, ENHANCED_PACKET = 6 };

int main(int argc, char **argv)
{
    static uint8_t buffer[BUFFER];
    static struct sums sums;
    size_t have = 0, at = 0;
    ssize_t n;
    if (argc < 3) return 2;
    sums_begin(&sums, "bytes");
    int fd = open(argv[2], O_RDONLY);
    if (fd < 0) {
        perror(argv[2]);
        return 1;
    }
    int pcapng = 0, begun = 0;
    while ((n = read(fd, buffer + have, BUFFER - have)) > 0) {
        have += (size_t)n;
        uint32_t word[3];
        if (!begun && have >= 24) {
            memcpy(word, buffer, 4);
            pcapng = word[0] == PCAPNG;
            at = pcapng ? 0 : 24;
            begun = 1;
        }
        while (begun && have - at >= 16) {
            /* pcap: seconds, fraction, length; pcapng: type, length. */
            memcpy(word, buffer + at, 12);
            size_t size = pcapng ? word[1] : 16 + word[2];
            if (have - at < size) break;
            sums.packets += !pcapng || word[0] == ENHANCED_PACKET;
            at += size;
        }
        memmove(buffer, buffer + at, have - at);
        have -= at;
        at = 0;
    }
    close(fd);
    sums_end(&sums);
    return n != 0 || have != 0;
}
