// Packets that come when they are asked for. Part of ipmon.hpp.

#ifndef IPMON_PULL_HPP
#define IPMON_PULL_HPP

#include <ipmon/state.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_span)
#include <span>
#endif

namespace ipmon {

/// A time to wait without an end.
inline constexpr std::chrono::milliseconds forever{-1};

/// What a call that pulls found: packets; none in the time that it had; or that there
/// will be none: the file is at its end, or the run was stopped or interrupted.
enum class pulled { packets, time_over, end };

namespace detail {

inline int milliseconds(std::chrono::milliseconds t) {
    const auto n = t.count();
    return n < 0 ? -1 : n > INT32_MAX ? INT32_MAX : static_cast<int>(n);
}

/// What became of a call that pulled: its status, in which callbacks may have thrown.
inline pulled outcome(state &s, ipmon_status status) {
    if (status == IPMON_STATUS_BUSY) {
        // What a callback threw belongs to the call that is at work.
        throw error(status, last_error(s.m, status));
    }
    s.settle();
    switch (status) {
    case IPMON_STATUS_OK: return pulled::packets;
    case IPMON_STATUS_TIMEOUT: return pulled::time_over;
    case IPMON_STATUS_END: {
        const std::lock_guard<std::mutex> lock(s.mutex);
        s.at_end = true;
        return pulled::end;
    }
    case IPMON_STATUS_INTERRUPTED: return pulled::end;
    default: throw error(status, last_error(s.m, status));
    }
}

/// A batch that is out.
struct loan {
    const ipmon_packet *first = nullptr, *last = nullptr;
    std::uint64_t number = 0;
};

/// Takes the next batch into an array; `lent` has packets only where some came.
inline pulled pull(state &s, ipmon_packet *out, std::size_t capacity, int timeout, loan &lent) {
    lent = loan();
    if (s.take_back() != ending::none) {
        s.settle();
        return pulled::end;
    }
    std::uint64_t ends = 0;
    {
        const std::lock_guard<std::mutex> lock(s.mutex);
        ends = s.ends;
        if (s.rest != s.rest_end && capacity > 0) {
            // What a loop has left is still good.
            const auto most = static_cast<std::ptrdiff_t>(capacity);
            const auto n = std::min(s.rest_end - s.rest, most);
            lent = {out, std::copy_n(s.rest, n, out), ++s.newest};
            s.rest += n;
            s.lent = true;
            return pulled::packets;
        }
    }
    const auto n = ipmon_next_batch(s.m, out, sizeof *out, capacity, timeout);
    if (n > 0) {
        // A callback that threw has stopped the run: there would be none.
        const std::lock_guard<std::mutex> lock(s.mutex);
        if (ends != s.ends) {
            // The run ended on another thread, and the memory went with it.
            return pulled::end;
        }
        lent = {out, out + n, ++s.newest};
        s.lent = true;
        return pulled::packets;
    }
    return outcome(s, n == 0 ? IPMON_STATUS_TIMEOUT : static_cast<ipmon_status>(n));
}

/// Calls the callbacks for what waits.
inline pulled events(state &s, int timeout) {
    if (s.take_back() != ending::none) {
        s.settle();
        return pulled::end;
    }
    {
        const std::lock_guard<std::mutex> lock(s.mutex);
        s.rest = s.rest_end;
    }
    return outcome(s, ipmon_do_events(s.m, timeout));
}

} // namespace detail

/// Packets that came together: a range of ipmon::packet. Their texts and bytes are good
/// until the next call that pulls, or until this is destroyed. A stop, on any thread,
/// waits for that.
class batch {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = packet;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = packet;

        iterator() noexcept = default;
        explicit iterator(const ipmon_packet *p) noexcept : p_(p) {}
        packet operator*() const noexcept { return packet(*p_); }
        iterator &operator++() noexcept { return ++p_, *this; }
        iterator operator++(int) noexcept { return iterator(p_++); }
        friend bool operator==(iterator a, iterator b) noexcept { return a.p_ == b.p_; }
        friend bool operator!=(iterator a, iterator b) noexcept { return a.p_ != b.p_; }

    private:
        const ipmon_packet *p_ = nullptr;
    };

    batch(std::shared_ptr<detail::state> s, detail::loan lent) noexcept
        : s_(std::move(s)), lent_(lent) {}
    batch(batch &&other) noexcept
        : s_(std::move(other.s_)), lent_(std::exchange(other.lent_, {})) {}
    batch &operator=(batch &&other) noexcept {
        if (this != &other) {
            give_back();
            s_ = std::move(other.s_);
            lent_ = std::exchange(other.lent_, {});
        }
        return *this;
    }
    ~batch() { give_back(); }

    /// 0 when the time was over before a packet came.
    std::size_t size() const noexcept { return static_cast<std::size_t>(lent_.last - lent_.first); }
    bool empty() const noexcept { return lent_.first == lent_.last; }
    packet operator[](std::size_t i) const noexcept { return packet(lent_.first[i]); }
    iterator begin() const noexcept { return iterator(lent_.first); }
    iterator end() const noexcept { return iterator(lent_.last); }

    /// As C has them.
    const ipmon_packet *data() const noexcept { return lent_.first; }
#if defined(__cpp_lib_span)
    operator std::span<const ipmon_packet>() const noexcept { return {data(), size()}; }
#endif

private:
    void give_back() noexcept {
        if (s_ != nullptr && !empty()) {
            (void)s_->take_back(lent_.number);
        }
    }

    std::shared_ptr<detail::state> s_;
    detail::loan lent_;
};

/// The packets of what is open, one after the other, up to the end, a stop or an
/// interrupt: for (ipmon::packet p : m.packets()). An input range. A packet is good until
/// the next step of the loop.
class packet_range {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = packet;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = packet;

        iterator() noexcept = default;
        explicit iterator(packet_range *range) noexcept : range_(range) {}
        packet operator*() const noexcept { return packet(*range_->lent_.first); }
        iterator &operator++() {
            if (!range_->advance()) {
                range_ = nullptr;
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        /// Only the end is equal to the end.
        friend bool operator==(iterator a, iterator b) noexcept { return a.range_ == b.range_; }
        friend bool operator!=(iterator a, iterator b) noexcept { return a.range_ != b.range_; }

    private:
        packet_range *range_ = nullptr;
    };

    explicit packet_range(std::shared_ptr<detail::state> s) : s_(std::move(s)) {}
    packet_range(packet_range &&other) noexcept
        : s_(std::move(other.s_)), lent_(std::exchange(other.lent_, {})) {}
    packet_range &operator=(packet_range &&other) noexcept {
        std::swap(s_, other.s_);
        std::swap(lent_, other.lent_);
        return *this;
    }
    /// A loop that is left early: the next one goes on with the packet behind.
    ~packet_range() {
        if (s_ != nullptr && lent_.first != lent_.last) {
            s_->leave(lent_.number, lent_.first + 1, lent_.last);
        }
    }

    /// Waits for the first packet.
    iterator begin() {
        return lent_.first != lent_.last || fetch() ? iterator(this) : iterator();
    }
    iterator end() noexcept { return {}; }

private:
    /// The library fills this many at a time: they stay in the processor's first cache.
    static constexpr std::size_t capacity = 256;

    bool advance() {
        // A stop makes the packet at hand the last.
        if (s_->asked.load(std::memory_order_relaxed) == detail::ending::none &&
            ++lent_.first != lent_.last) {
            return true;
        }
        return fetch();
    }

    bool fetch() {
        if (s_->array == nullptr) {
            s_->array = std::make_unique<ipmon_packet[]>(capacity);
        }
        return detail::pull(*s_, s_->array.get(), capacity, -1, lent_) == pulled::packets;
    }

    std::shared_ptr<detail::state> s_;
    detail::loan lent_;
};

} // namespace ipmon

#endif
