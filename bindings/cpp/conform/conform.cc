// conform: shows what ipmon does in C++; conformance/README.md tells what it is asked.
#include "conform.h"

#include "fields.h"

#include <cinttypes>
#include <cstdio>

std::string in_quotes(std::string_view text) {
    std::string all = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 32) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            all += escape;
        } else {
            if (c == '"' || c == '\\')
                all += '\\';
            all += c;
        }
    }
    return all + '"';
}

std::string outcome(ipmon_status status, std::string_view text) {
    static const char *const names[] = {
        "OK",           "NULL_ARGUMENT", "BAD_ARGUMENT", "BAD_HANDLE",    "BAD_SIZE",
        "BUSY",         "PENDING",       "INTERRUPTED",  "TIMEOUT",       "END",
        "NO_MEMORY",    "NO_PERMISSION", "NO_DEVICE",    "DEVICE_DOWN",   "DEVICE_GONE",
        "NO_LIBPCAP",   "BAD_FILTER",    "FILTER_TOO_COMPLEX",            "NOT_FOUND",
        "IO",           "NOT_A_CAPTURE", "TRUNCATED",    "MALFORMED",     "UNSUPPORTED",
        "FORKED",       "PANIC",         "SYSTEM",
    };
    const auto known = static_cast<ipmon_status>(std::size(names));
    const auto name = status <= 0 && -status < known ? names[-status] : "?";
    return std::string("\"status\":\"") + name + "\",\"text\":" + in_quotes(text);
}

namespace {

void put_packet(ipmon::packet p) {
    std::printf("{\"frame_number\":%" PRIu64 ",\"timestamp\":%" PRId64 ",\"timestamp_ns\":%" PRId64,
                p->frame_number, p->timestamp,
                static_cast<std::int64_t>(p.time().time_since_epoch().count()));
    std::printf(",\"ip_version\":%u,\"source_address\":%s,\"source_port\":%u", +p->ip_version,
                in_quotes(p.source()).c_str(), +p.source_port());
    std::printf(",\"destination_address\":%s,\"destination_port\":%u",
                in_quotes(p.destination()).c_str(), +p.destination_port());
    std::printf(",\"tos\":%u,\"id\":%u,\"flags\":%u,\"offset\":%u,\"ttl\":%u,\"checksum\":%u",
                +p->tos, p->id, +p->flags, +p->offset, +p->ttl, +p->checksum);
    std::printf(",\"ip_protocol\":%u,\"payload_length\":%zu,\"payload_wire_length\":%u",
                +p.protocol(), p.payload().size(), p->payload_wire_length);
    std::printf(",\"ip_length\":%zu,\"frame_length\":%zu,\"frame_wire_length\":%u", p.ip().size(),
                p.frame().size(), p->frame_wire_length);
    std::printf(",\"link_type\":%u,\"interface_index\":%u,\"direction\":%u,\"notes\":%u",
                p->link_type, p->interface_index, +p->direction, p->notes);
    std::printf(",\"payload\":\"%08x\",\"ip\":\"%08x\",\"frame\":\"%08x\"}\n",
                fnv(FNV_OF_NOTHING, p.payload()), fnv(FNV_OF_NOTHING, p.ip()),
                fnv(FNV_OF_NOTHING, p.frame()));
}

std::string counters(const ipmon::stats &s) {
    std::string all;
    const auto put = [&](const char *name, std::uint64_t value) {
        all += std::string(all.empty() ? "" : ",") + '"' + name + "\":" + std::to_string(value);
    };
    put("received", s.received);
    put("delivered", s.delivered);
    put("not_ip", s.not_ip);
    put("unsupported", s.unsupported);
    put("truncated", s.truncated);
    put("malformed_version", s.malformed_version);
    put("malformed_header_length", s.malformed_header_length);
    put("malformed_total_length", s.malformed_total_length);
    put("malformed_short", s.malformed_short);
    put("filtered", s.filtered);
    put("paused", s.paused);
    put("discarded", s.discarded);
    put("dropped", s.dropped);
    put("bytes", s.bytes);
    return all;
}

void set_option(ipmon::monitor &m, const std::string &option) {
    const auto equals = option.find('=');
    const auto name = option.substr(0, equals);
    const auto value = equals == std::string::npos ? "" : option.substr(equals + 1);
    if (name == "filter")
        m.filter(value);
    else if (name == "file_access")
        m.file_access(std::atoi(value.c_str()));
    else
        throw usage();
}

std::uint32_t words(const std::uint8_t (&ip)[16]) {
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < 16; i += 4)
        sum += ip[i] | ip[i + 1] << 8 | ip[i + 2] << 16 | std::uint32_t{ip[i + 3]} << 24;
    return sum;
}

void put_layout() {
#define PLACE(T, field)                                                                    \
    fields += std::string(fields.empty() ? "" : ",") + "\"" #field "\":[" +                 \
              std::to_string(offsetof(T, field)) + ',' + std::to_string(sizeof(T::field)) + ']';
#define STRUCT(T, LIST)                                                                    \
    [] {                                                                                   \
        std::string fields;                                                                \
        LIST(PLACE, T)                                                                     \
        return "\"" #T "\":{\"size\":" + std::to_string(sizeof(T)) + ",\"fields\":{" +      \
               fields + "}}";                                                              \
    }()
    const auto all = '{' + STRUCT(ipmon_packet, PACKET_FIELDS) + ',' +
                     STRUCT(ipmon_error, ERROR_FIELDS) + ',' +
                     STRUCT(ipmon_notice, NOTICE_FIELDS) + ',' +
                     STRUCT(ipmon_stats, STATS_FIELDS) + '}';
    std::puts(all.c_str());
}

} // namespace

void run_case(const arguments &words) {
    if (words.size() < 2 || (words[0] != "push" && words[0] != "pull"))
        throw usage();
    ipmon::monitor m;
    std::string notices;
    m.on_notice([&](const ipmon::notice &n) {
        if (n.code != IPMON_NOTICE_ENDED)
            notices += (notices.empty() ? "" : ",") + std::to_string(n.code);
    });
    std::string end = outcome(IPMON_STATUS_END, "");
    try {
        for (std::size_t i = 2; i < words.size(); i++)
            set_option(m, words[i]);
        read(m, words[0], words[1], put_packet);
    } catch (const ipmon::error &e) {
        end = outcome(e.status(), e.what());
    }
    std::printf("{%s,\"notices\":[%s],\"stats\":{%s}}\n", end.c_str(), notices.c_str(),
                counters(m.stats()).c_str());
}

void run_sum(const arguments &all) {
    if (all.size() != 2)
        throw usage();
    ipmon::monitor m;
    m.address_text(false);
    std::uint64_t packets = 0;
    std::uint32_t sum = 0;
    read(m, all[0], all[1], [&](ipmon::packet p) {
        packets++;
        sum += std::uint32_t{p->source_port} + p->destination_port + p->ip_version + p->tos + p->id +
               p->flags + p->offset + p->ttl + p->checksum + p->ip_protocol + p->payload_length +
               static_cast<std::uint32_t>(p->timestamp) + words(p->source_ip) +
               words(p->destination_ip);
    });
    std::printf("{\"packets\":%" PRIu64 ",\"sum\":%" PRIu32 "}\n", packets, sum);
}

int main(int argc, char **argv) try {
    const arguments all(argv + 1, argv + argc);
    const arguments words(all.begin() + (all.empty() ? 0 : 1), all.end());
    const std::string command = all.empty() ? "" : all[0];
    if (command == "case")
        run_case(words);
    else if (command == "sum")
        run_sum(words);
    else if (command == "layout" && words.empty())
        put_layout();
    else if (command == "behaviour" && !words.empty()) {
        if (!behaviour_of_files(words))
            behaviour_of_interfaces(words);
    } else
        throw usage();
    return std::fflush(stdout) == 0 ? 0 : 1;
} catch (const usage &) {
    std::fputs("usage: conform case MODE CAPTURE [OPTION=VALUE...]\n"
               "       conform behaviour NAME [ARGUMENT...]\n"
               "       conform layout\n"
               "       conform sum MODE CAPTURE\n"
               "MODE: push, pull\n",
               stderr);
    return 2;
} catch (const std::exception &e) {
    std::fprintf(stderr, "conform: %s\n", e.what());
    return 1;
}
