// The monitor. Part of ipmon.hpp.

#ifndef IPMON_MONITOR_HPP
#define IPMON_MONITOR_HPP

#include <ipmon/pull.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace ipmon {

/// Watches one interface, or reads one capture file, at a time.
class monitor {
public:
    /// Throws std::bad_alloc when there is no memory or no handle left, and UNSUPPORTED
    /// when the library is older than this header.
    monitor() : s_(std::make_shared<detail::state>()) {
        detail::refuse_older(ipmon_abi_version(), IPMON_ABI_VERSION);
        s_->m = ipmon_new();
        if (s_->m == nullptr) {
            throw std::bad_alloc();
        }
        // The end of a run is what releases its state.
        check(ipmon_set_on_error(s_->m, detail::error_callback, s_.get()));
        check(ipmon_set_on_notice(s_->m, detail::notice_callback, s_.get()));
    }

    /// What was moved from is closed.
    monitor(monitor &&) noexcept = default;
    monitor &operator=(monitor &&other) noexcept {
        if (this != &other) {
            free();
            s_ = std::move(other.s_);
        }
        return *this;
    }
    monitor(const monitor &) = delete;
    monitor &operator=(const monitor &) = delete;
    ~monitor() { free(); }

    /// Ends the run and the monitor, as the destructor does, and throws what a callback
    /// threw. What is closed stays closed: calls throw BAD_HANDLE, but for this one.
    void close() {
        if (const auto s = s_) {
            free();
            s->settle();
        }
    }

    /// The handle, for the functions of ipmon.h; nullptr when closed. It stays this
    /// monitor's.
    ipmon_t *handle() const noexcept { return s_ == nullptr ? nullptr : s_->m; }

    // --- Callbacks. They run on the capture's thread, or on the one that parses. -----

    /// f(packet), returning nothing or a flow. Throws BUSY while a run goes on.
    template <class F>
    monitor &on_packet(F f) {
        std::function<flow(packet)> callback = [f = std::move(f)](packet p) mutable {
            return detail::call(f, p);
        };
        const auto &s = use();
        check(ipmon_set_on_ip_packet(s->m, detail::packet_callback, s.get()));
        s->on_packet = std::move(callback);
        return *this;
    }

    /// f(const error_event &): a capture failed. wait() throws the same.
    monitor &on_error(std::function<void(const error_event &)> f) {
        const auto &s = use();
        check(ipmon_set_on_error(s->m, detail::error_callback, s.get()));
        s->on_error = std::move(f);
        return *this;
    }

    /// f(const notice &).
    monitor &on_notice(std::function<void(const notice &)> f) {
        const auto &s = use();
        check(ipmon_set_on_notice(s->m, detail::notice_callback, s.get()));
        s->on_notice = std::move(f);
        return *this;
    }

    // --- Options: see ipmon_set_... --------------------------------------------------

    monitor &local_host(const std::string &name) {
        return set(ipmon_set_local_host(use()->m, name.c_str()));
    }
    monitor &filter(const std::string &expression) {
        return set(ipmon_set_filter(use()->m, expression.c_str()));
    }
    monitor &direction(int d) { return set(ipmon_set_direction(use()->m, d)); }
    monitor &promiscuous(bool on) { return set(ipmon_set_promiscuous(use()->m, on)); }
    monitor &snap_length(std::uint32_t n) { return set(ipmon_set_snap_length(use()->m, n)); }
    monitor &buffer_size(std::uint32_t n) { return set(ipmon_set_buffer_size(use()->m, n)); }
    monitor &latency(std::chrono::microseconds t) {
        const auto n = t.count();
        const bool fits = n >= 0 && static_cast<std::uint64_t>(n) <= UINT32_MAX;
        return set(ipmon_set_latency(use()->m, fits ? static_cast<std::uint32_t>(n) : UINT32_MAX));
    }
    monitor &reopen(bool on) { return set(ipmon_set_reopen(use()->m, on)); }
    monitor &all_multicast(bool on) { return set(ipmon_set_all_multicast(use()->m, on)); }
    monitor &time_source(int source) { return set(ipmon_set_time_source(use()->m, source)); }
    monitor &address_text(bool on) { return set(ipmon_set_address_text(use()->m, on)); }
    monitor &file_access(int access) { return set(ipmon_set_file_access(use()->m, access)); }
    /// Whether packets are delivered, or only counted; at any time.
    monitor &accept_data(bool on) { return set(ipmon_set_accept_data(use()->m, on)); }

    std::string local_host() const { return text(ipmon_get_local_host); }
    std::string filter() const { return text(ipmon_get_filter); }
    int direction() const { return get<int>(ipmon_get_direction); }
    bool promiscuous() const { return get<int>(ipmon_get_promiscuous) != 0; }
    std::uint32_t snap_length() const { return get<std::uint32_t>(ipmon_get_snap_length); }
    std::uint32_t buffer_size() const { return get<std::uint32_t>(ipmon_get_buffer_size); }
    std::chrono::microseconds latency() const {
        return std::chrono::microseconds(get<std::uint32_t>(ipmon_get_latency));
    }
    bool reopen() const { return get<int>(ipmon_get_reopen) != 0; }
    bool all_multicast() const { return get<int>(ipmon_get_all_multicast) != 0; }
    int time_source() const { return get<int>(ipmon_get_time_source); }
    bool address_text() const { return get<int>(ipmon_get_address_text) != 0; }
    int file_access() const { return get<int>(ipmon_get_file_access); }
    bool accept_data() const { return get<int>(ipmon_get_accept_data) != 0; }

    // --- Files -----------------------------------------------------------------------

    /// Reads a capture file to its end, on this thread ("-" is standard input). False
    /// when a callback, a stop or an interrupt ended it before that.
    bool parse_file(const std::string &path) {
        // A callback may destroy this monitor.
        const auto s = use();
        return finish(s, ipmon_parse_pcap_file(s->m, path.c_str()));
    }

    /// The same with a callback for this file only, which the compiler can inline.
    template <class F>
    bool parse_file(const std::string &path, F &&f) {
        const auto s = use();
        using Callable = std::remove_reference_t<F>;
        detail::direct<Callable> d{f, *s};
        const borrow while_parsing(*s);
        check(ipmon_set_on_ip_packet(s->m, detail::direct_callback<Callable>, &d));
        return finish(s, ipmon_parse_pcap_file(s->m, path.c_str()));
    }

    // --- Live capture ----------------------------------------------------------------

    /// Starts a capture on a thread of its own. Starting what is started is fine.
    void start() {
        const auto s = use();
        bool ours = false;
        {
            const std::lock_guard<std::mutex> lock(s->mutex);
            refuse_if(s->borrowed);
            ours = s->running == nullptr;
            s->running = s;
        }
        const auto status = ipmon_set_active(s->m, 1);
        if (status != IPMON_STATUS_OK && ours) {
            const std::lock_guard<std::mutex> lock(s->mutex);
            s->running.reset();
        }
        detail::check(s->m, status);
    }

    /// Ends the run, on whatever thread it is. True when it is over; false where it
    /// cannot be waited for: inside a callback of another monitor, and while a batch of
    /// what is pulled is looked at, whose return ends the run. Inside a callback or a
    /// loop of this monitor the current packet is the last.
    bool stop() {
        const auto s = use();
        if (!s->may_end(detail::ending::stop)) {
            return false;
        }
        const auto status = ipmon_set_active(s->m, 0);
        if (status == IPMON_STATUS_PENDING) {
            return false;
        }
        detail::check(s->m, status);
        s->settle();
        return true;
    }

    /// Waits for the end of the run. Throws what ended it.
    void wait() { (void)wait_ms(-1); }

    /// The same for a time; false when the run goes on.
    bool wait_for(std::chrono::milliseconds t) {
        const auto most = std::chrono::milliseconds(INT32_MAX);
        return wait_ms(static_cast<int>((t < t.zero() ? t.zero() : t > most ? most : t).count()));
    }

    /// Starts a capture, and waits for its end: a callback's flow::stop or exception,
    /// stop() on another thread, interrupt(), or a failure.
    void run() {
        start();
        wait();
    }

    /// Whether a live capture goes on, pulled or not.
    bool active() const { return get<int>(ipmon_get_active) != 0; }

    /// Ends a parse, a wait, or the loop or call that pulls; safe in a signal handler.
    void interrupt() const noexcept { ipmon_interrupt(handle()); }

    /// Stops, and brings back the default options. The callbacks stay. BUSY while a
    /// batch is looked at.
    void reset() {
        if (!use()->may_end(detail::ending::none)) {
            throw error(IPMON_STATUS_BUSY, "packets of the monitor are looked at: let go of them first");
        }
        check(ipmon_reset(use()->m));
    }

    // --- Pulling: nothing calls back but what on_notice() has, and the library has no
    // thread. One thread at a time pulls from a monitor. ------------------------------

    /// Opens a capture file to be pulled from ("-" is standard input).
    void open_file(const std::string &path) { opened(ipmon_open_pcap_file(use()->m, path.c_str())); }

    /// Opens a live capture to be pulled from.
    void open_live() { opened(ipmon_open_live(use()->m)); }

    /// The packets of what is open, one after the other, to the end of the file, a stop
    /// or an interrupt: for (ipmon::packet p : m.packets()). A loop that is left early
    /// leaves the run open, and the next one goes on with the packet behind.
    packet_range packets() { return packet_range(use()); }

    /// The next packets, in an array of ipmon_packet of the caller's (a std::vector,
    /// std::array, std::span), which lives as long as the batch. An empty batch when none
    /// came in the time; nothing at the end, after a stop and at an interrupt:
    /// while (auto batch = m.next_batch(array)).
    template <class Array>
    [[nodiscard]] std::optional<batch> next_batch(Array &&array,
                                                  std::chrono::milliseconds timeout = forever) {
        const auto s = use();
        detail::loan lent;
        const auto found = detail::pull(*s, std::data(array), std::size(array),
                                        detail::milliseconds(timeout), lent);
        if (found == pulled::end) {
            return std::nullopt;
        }
        return batch(s, lent);
    }

    /// What frame_offset and payload_offset of the newest batch count from.
    bytes batch_bytes() const {
        const std::uint8_t *base = nullptr;
        std::size_t length = 0;
        check(ipmon_batch_bytes(use()->m, &base, &length));
        return {base, length};
    }

    /// Calls the callbacks on this thread for what waits in what is open, and waits for
    /// the first packet. What a loop over packets() has left of its batch is not told.
    pulled do_events(std::chrono::milliseconds timeout = forever) {
        const auto s = use();
        return detail::events(*s, detail::milliseconds(timeout));
    }

    /// Whether what was opened last came to its end.
    bool at_end() const {
        const auto s = use();
        const std::lock_guard<std::mutex> lock(s->mutex);
        return s->at_end;
    }

    /// Readable while a call that pulls would find something; for poll(), epoll and what
    /// is built on them. It stays the monitor's.
    int fd() const { return get<int>(ipmon_get_fd); }

    // --- What there is to know ------------------------------------------------------

    /// Throws why a capture could not start.
    void check_access() const { check(ipmon_check_access(use()->m)); }

    ipmon::stats stats() const {
        ipmon::stats all{};
        check(ipmon_get_stats(use()->m, &all, sizeof all));
        return all;
    }

private:
    const std::shared_ptr<detail::state> &use() const {
        if (s_ == nullptr) {
            throw error(IPMON_STATUS_BAD_HANDLE, "the monitor is closed, or was moved from");
        }
        return s_;
    }

    void check(ipmon_status status) const { detail::check(use()->m, status); }

    void opened(ipmon_status status) {
        check(status);
        const auto s = use();
        const std::lock_guard<std::mutex> lock(s->mutex);
        s->at_end = false;
        s->rest = s->rest_end;
    }

    monitor &set(ipmon_status status) {
        check(status);
        return *this;
    }

    template <class T>
    T get(ipmon_status (*getter)(ipmon_t *, T *)) const {
        T value{};
        check(getter(use()->m, &value));
        return value;
    }

    std::string text(ipmon_status (*getter)(ipmon_t *, char *, std::size_t, std::size_t *)) const {
        ipmon_t *const m = use()->m;
        return detail::text([&](char *buffer, std::size_t size, std::size_t *needed) {
            return getter(m, buffer, size, needed);
        });
    }

    static void refuse_if(bool busy) {
        if (busy) {
            throw error(IPMON_STATUS_BUSY, "the monitor reads a file: wait for it first");
        }
    }

    /// Lends the C library a callback of the program's, for one parse.
    class borrow {
    public:
        explicit borrow(detail::state &s) : s_(s) {
            const std::lock_guard<std::mutex> lock(s.mutex);
            refuse_if(s.borrowed);
            s.borrowed = true;
        }
        borrow(const borrow &) = delete;
        ~borrow() {
            const bool has = static_cast<bool>(s_.on_packet);
            (void)ipmon_set_on_ip_packet(s_.m, has ? detail::packet_callback : nullptr, &s_);
            const std::lock_guard<std::mutex> lock(s_.mutex);
            s_.borrowed = false;
        }

    private:
        detail::state &s_;
    };

    /// The end of a parse: whether it was that of the file.
    static bool finish(const std::shared_ptr<detail::state> &s, ipmon_status status) {
        return detail::outcome(*s, status) == pulled::packets;
    }

    bool wait_ms(int timeout) {
        const auto s = use();
        const auto status = ipmon_wait(s->m, timeout);
        if (status == IPMON_STATUS_TIMEOUT) {
            return false;
        }
        if (status != IPMON_STATUS_PENDING) {
            s->settle();
        }
        if (status != IPMON_STATUS_OK && status != IPMON_STATUS_INTERRUPTED) {
            throw error(status, detail::last_error(s->m, status));
        }
        return true;
    }

    void free() noexcept {
        if (const auto s = std::exchange(s_, nullptr)) {
            if (s->may_end(detail::ending::free)) {
                (void)ipmon_free(s->m);
            }
        }
    }

    std::shared_ptr<detail::state> s_;
};

} // namespace ipmon

#endif
