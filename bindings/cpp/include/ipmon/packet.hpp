// What is told of a packet. Part of ipmon.hpp.

#ifndef IPMON_PACKET_HPP
#define IPMON_PACKET_HPP

#include <ipmon.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ipmon {

/// Bytes of somebody else: a contiguous range, and so a std::span where one is
/// asked for.
class bytes {
public:
    constexpr bytes() noexcept = default;
    constexpr bytes(const std::uint8_t *data, std::size_t size) noexcept
        : data_(data), size_(size) {}

    constexpr const std::uint8_t *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr const std::uint8_t *begin() const noexcept { return data_; }
    constexpr const std::uint8_t *end() const noexcept { return data_ + size_; }
    constexpr const std::uint8_t &operator[](std::size_t i) const noexcept { return data_[i]; }

private:
    const std::uint8_t *data_ = nullptr;
    std::size_t size_ = 0;
};

/// Nanoseconds since 1970-01-01 00:00 UTC, on the clock that C++ programs know.
using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// One IP packet; a view, as cheap to pass as a pointer. The fields that have no
/// function of their own here are those of ipmon_packet: p->ttl.
class packet {
public:
    explicit packet(const ipmon_packet &p) noexcept : p_(&p) {}

    const ipmon_packet *operator->() const noexcept { return p_; }
    const ipmon_packet &operator*() const noexcept { return *p_; }

    /// The source address as text; empty while address_text is off.
    std::string_view source() const noexcept { return p_->source_address; }
    std::string_view destination() const noexcept { return p_->destination_address; }
    /// The same in network order: 4 or 16 bytes.
    bytes source_ip() const noexcept { return {p_->source_ip, address_size()}; }
    bytes destination_ip() const noexcept { return {p_->destination_ip, address_size()}; }
    std::uint16_t source_port() const noexcept { return p_->source_port; }
    std::uint16_t destination_port() const noexcept { return p_->destination_port; }
    std::uint8_t protocol() const noexcept { return p_->ip_protocol; }
    /// What follows the IP header, as far as it was captured.
    bytes payload() const noexcept { return {p_->payload, p_->payload_length}; }
    /// The IP packet, its headers included.
    bytes ip() const noexcept { return {p_->ip, p_->ip_length}; }
    /// The frame, its link-layer headers included.
    bytes frame() const noexcept { return {p_->frame, p_->frame_length}; }
    time_point time() const noexcept {
        return time_point(std::chrono::nanoseconds(p_->timestamp_ns));
    }

private:
    std::size_t address_size() const noexcept { return p_->ip_version == 4 ? 4 : 16; }

    const ipmon_packet *p_;
};

/// What a packet callback may return; one that returns nothing goes on.
enum class flow { go_on, stop };

/// A failure on the capture thread, as the callback for errors gets it.
using error_event = ipmon_error;
/// What is neither packet nor failure, as the callback for notices gets it.
using notice = ipmon_notice;
/// The ledger.
using stats = ipmon_stats;

} // namespace ipmon

#endif
