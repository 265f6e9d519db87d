// The header from C++11: a lambda without captures is a callback, and user_data
// brings what it needs.
#include "ipmon.h"

#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

static const unsigned char capture[] = {
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0,
    // One record: an IPv4 header and a UDP header, from 192.0.2.1 to 192.0.2.2.
    1, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, 0, 0, 0,
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
    0x30, 0x39, 0, 53, 0, 8, 0, 0,
};

struct Monitor {
    ipmon_t *m = ipmon_new();
    Monitor() = default;
    Monitor(const Monitor &) = delete;
    Monitor &operator=(const Monitor &) = delete;
    ~Monitor() { ipmon_free(m); }
};

int main()
{
    // A file without a name: it is gone when it is closed, and "-" reads it.
    std::FILE *file = std::tmpfile();
    if (!file || std::fwrite(capture, 1, sizeof capture, file) != sizeof capture
        || std::fflush(file) != 0 || std::fseek(file, 0, SEEK_SET) != 0
        || dup2(fileno(file), 0) != 0) {
        std::perror("the capture file");
        return 1;
    }

    std::vector<std::string> seen;
    int ended = 0;
    ipmon_status status;
    {
        Monitor monitor;
        ipmon_set_on_ip_packet(
            monitor.m,
            [](const ipmon_packet *packet, void *user) {
                auto &lines = *static_cast<std::vector<std::string> *>(user);
                lines.push_back(std::string(packet->source_address) + ":"
                                + std::to_string(packet->source_port) + " > "
                                + packet->destination_address);
                if (!IPMON_HAS(packet, notes) || packet->notes != 0)
                    lines.push_back("notes");
            },
            &seen);
        ipmon_set_on_notice(
            monitor.m,
            [](const ipmon_notice *notice, void *user) {
                if (notice->code == IPMON_NOTICE_ENDED)
                    ++*static_cast<int *>(user);
            },
            &ended);
        status = ipmon_parse_pcap_file(monitor.m, "-");
    }
    std::fclose(file);
    if (status != IPMON_STATUS_OK || ended != 1 || seen.size() != 1
        || seen[0] != "192.0.2.1:12345 > 192.0.2.2") {
        std::fprintf(stderr, "%s; ended %d times; %zu lines: %s\n", ipmon_status_text(status),
                     ended, seen.size(), seen.empty() ? "" : seen[0].c_str());
        return 1;
    }
    std::puts(seen[0].c_str());
    return 0;
}
