// ipmon for C++17 and later: this header alone, on top of ipmon.h and libipmon.
//
//   ipmon::monitor m;
//   m.on_packet([](ipmon::packet p) { std::cout << p.source() << '\n'; });
//   m.parse_file("capture.pcap");
//
// What ipmon.h says of threads, of stopping and of ownership holds here. What is
// different:
//
// Errors      A call that fails throws ipmon::error, which has the status and the
//             line of text that says what to do. ipmon::attempt() gives them as
//             std::expected, where the compiler has it.
// Exceptions  What a callback throws ends the run: the current packet is the last.
//             It is kept, and thrown by the call that waits for the end: run(),
//             wait(), stop(), parse_file(), do_events(). A second one before that
//             is lost.
// Ownership   A monitor is moved, not copied. It may be destroyed anywhere, inside
//             its own callbacks too; what its callbacks hold is released when the
//             last of them has returned. The destructor waits as ipmon_free() does.
// Views       ipmon::packet and what it gives (texts, bytes) point into the library:
//             they are good until the callback returns, or, of next_batch() and
//             packets(), until the next batch.

#ifndef IPMON_HPP
#define IPMON_HPP

#include <ipmon.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace ipmon {

/// What a call threw: its status, and what happened in one line.
class error : public std::runtime_error {
public:
    error(ipmon_status status, const std::string &text)
        : std::runtime_error(text), status_(status) {}

    /// One of IPMON_STATUS_, negative.
    ipmon_status status() const noexcept { return status_; }

private:
    ipmon_status status_;
};

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

namespace detail {

/// Reads a text of any length with a function that fills a buffer.
template <class Get>
std::string text(Get get) {
    std::string all(256, '\0');
    for (;;) {
        std::size_t needed = 0;
        const ipmon_status status = get(&all[0], all.size(), &needed);
        if (status == IPMON_STATUS_BAD_SIZE && needed > all.size()) {
            all.resize(needed);
            continue;
        }
        if (status != IPMON_STATUS_OK) {
            throw error(status, ipmon_status_text(status));
        }
        all.resize(std::strlen(all.c_str()));
        return all;
    }
}

/// A callback that says nothing goes on.
template <class F>
flow call(F &f, packet p) {
    if constexpr (std::is_same_v<std::invoke_result_t<F &, packet>, flow>) {
        return f(p);
    } else {
        f(p);
        return flow::go_on;
    }
}

/// What the callbacks of a monitor need, where it stays while the monitor moves.
struct state {
    ipmon_t *m = nullptr;
    std::function<flow(packet)> on_packet;
    std::function<void(const error_event &)> on_error;
    std::function<void(const notice &)> on_notice;

    std::mutex mutex;
    /// The first exception of a callback.
    std::exception_ptr thrown;
    /// Itself while a capture runs, whose thread may outlive the monitor.
    std::shared_ptr<state> running;
    /// A parse borrows the program's callback: no capture may start with it.
    bool borrowed = false;

    /// Runs what the program gave us; nothing may be thrown through C.
    template <class F>
    void guarded(F &&body) noexcept {
        bool end = true;
        try {
            end = body() == flow::stop;
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!thrown) {
                thrown = std::current_exception();
            }
        }
        if (end) {
            // Inside a callback it never waits.
            (void)ipmon_set_active(m, 0);
        }
    }

    /// Throws what a callback threw.
    void settle() {
        std::exception_ptr e;
        {
            const std::lock_guard<std::mutex> lock(mutex);
            e = std::exchange(thrown, nullptr);
        }
        if (e) {
            std::rethrow_exception(e);
        }
    }
};

inline void packet_callback(const ipmon_packet *p, void *user) {
    auto &s = *static_cast<state *>(user);
    s.guarded([&] { return s.on_packet(packet(*p)); });
}

inline void error_callback(const ipmon_error *e, void *user) {
    auto &s = *static_cast<state *>(user);
    s.guarded([&] {
        if (s.on_error) {
            s.on_error(*e);
        }
        return flow::go_on;
    });
}

inline void notice_callback(const ipmon_notice *n, void *user) {
    auto &s = *static_cast<state *>(user);
    // The last callback of a run: nothing of it is needed afterwards, unless the
    // monitor still is.
    std::shared_ptr<state> last;
    if (n->code == IPMON_NOTICE_ENDED) {
        const std::lock_guard<std::mutex> lock(s.mutex);
        last = std::move(s.running);
    }
    s.guarded([&] {
        if (s.on_notice) {
            s.on_notice(*n);
        }
        return flow::go_on;
    });
}

/// A callback that is called as what it is, and so can be inlined.
template <class F>
struct direct {
    F &f;
    state &s;
};

template <class F>
void direct_callback(const ipmon_packet *p, void *user) {
    auto &d = *static_cast<direct<F> *>(user);
    d.s.guarded([&] { return call(d.f, packet(*p)); });
}

} // namespace detail

/// Watches one interface, or reads one capture file, at a time.
class monitor {
public:
    /// Throws std::bad_alloc when there is no memory or no handle left.
    monitor() : s_(std::make_shared<detail::state>()) {
        s_->m = ipmon_new();
        if (s_->m == nullptr) {
            throw std::bad_alloc();
        }
        // The end of a run is what releases its state.
        check(ipmon_set_on_error(s_->m, detail::error_callback, s_.get()));
        check(ipmon_set_on_notice(s_->m, detail::notice_callback, s_.get()));
    }

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

    /// The handle, for the functions of ipmon.h. It stays this monitor's.
    ipmon_t *handle() const noexcept { return s_->m; }

    // --- Callbacks. They run on the capture's thread, or on the one that parses. -----

    /// f(packet), returning nothing or a flow. Throws BUSY while a run goes on.
    template <class F>
    monitor &on_packet(F f) {
        std::function<flow(packet)> callback = [f = std::move(f)](packet p) mutable {
            return detail::call(f, p);
        };
        check(ipmon_set_on_ip_packet(s_->m, detail::packet_callback, s_.get()));
        s_->on_packet = std::move(callback);
        return *this;
    }

    /// f(const error_event &): a capture failed. wait() throws the same.
    monitor &on_error(std::function<void(const error_event &)> f) {
        check(ipmon_set_on_error(s_->m, detail::error_callback, s_.get()));
        s_->on_error = std::move(f);
        return *this;
    }

    /// f(const notice &).
    monitor &on_notice(std::function<void(const notice &)> f) {
        check(ipmon_set_on_notice(s_->m, detail::notice_callback, s_.get()));
        s_->on_notice = std::move(f);
        return *this;
    }

    // --- Options: see ipmon_set_... --------------------------------------------------

    monitor &local_host(const std::string &name) {
        return set(ipmon_set_local_host(s_->m, name.c_str()));
    }
    monitor &filter(const std::string &expression) {
        return set(ipmon_set_filter(s_->m, expression.c_str()));
    }
    monitor &direction(int d) { return set(ipmon_set_direction(s_->m, d)); }
    monitor &promiscuous(bool on) { return set(ipmon_set_promiscuous(s_->m, on)); }
    monitor &snap_length(std::uint32_t n) { return set(ipmon_set_snap_length(s_->m, n)); }
    monitor &buffer_size(std::uint32_t n) { return set(ipmon_set_buffer_size(s_->m, n)); }
    monitor &latency(std::chrono::microseconds t) {
        const auto n = t.count();
        const bool fits = n >= 0 && static_cast<std::uint64_t>(n) <= UINT32_MAX;
        return set(ipmon_set_latency(s_->m, fits ? static_cast<std::uint32_t>(n) : UINT32_MAX));
    }
    monitor &reopen(bool on) { return set(ipmon_set_reopen(s_->m, on)); }
    monitor &all_multicast(bool on) { return set(ipmon_set_all_multicast(s_->m, on)); }
    monitor &time_source(int source) { return set(ipmon_set_time_source(s_->m, source)); }
    monitor &address_text(bool on) { return set(ipmon_set_address_text(s_->m, on)); }
    monitor &file_access(int access) { return set(ipmon_set_file_access(s_->m, access)); }
    /// Whether packets are delivered, or only counted; at any time.
    monitor &accept_data(bool on) { return set(ipmon_set_accept_data(s_->m, on)); }

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
        const auto s = s_;
        return finish(s, ipmon_parse_pcap_file(s->m, path.c_str()));
    }

    /// The same with a callback for this file only, which the compiler can inline.
    template <class F>
    bool parse_file(const std::string &path, F &&f) {
        const auto s = s_;
        using Callable = std::remove_reference_t<F>;
        detail::direct<Callable> d{f, *s};
        const borrow while_parsing(*s);
        check(ipmon_set_on_ip_packet(s->m, detail::direct_callback<Callable>, &d));
        return finish(s, ipmon_parse_pcap_file(s->m, path.c_str()));
    }

    // --- Live capture ----------------------------------------------------------------

    /// Starts a capture on a thread of its own. Starting what is started is fine.
    void start() {
        const auto s = s_;
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
        check(status);
    }

    /// Ends the capture, or the parse of another thread. True when it is over; false
    /// inside a callback of another monitor, where it cannot be waited for. Inside a
    /// callback of this monitor the current packet is the last.
    bool stop() {
        const auto s = s_;
        const auto status = ipmon_set_active(s->m, 0);
        if (status == IPMON_STATUS_PENDING) {
            return false;
        }
        check(status);
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

    bool active() const { return get<int>(ipmon_get_active) != 0; }

    /// Ends a parse or a wait; safe in a signal handler.
    void interrupt() const noexcept { ipmon_interrupt(s_->m); }

    /// Stops, and brings back the default options. The callbacks stay.
    void reset() { check(ipmon_reset(s_->m)); }

    /// Throws why a capture could not start.
    void check_access() const { check(ipmon_check_access(s_->m)); }

    ipmon::stats stats() const {
        ipmon::stats all{};
        check(ipmon_get_stats(s_->m, &all, sizeof all));
        return all;
    }

private:
    static std::string last_error(ipmon_t *m, ipmon_status status) {
        try {
            auto text = detail::text([m](char *buffer, std::size_t size, std::size_t *needed) {
                return ipmon_last_error(m, buffer, size, needed);
            });
            return text.empty() ? ipmon_status_text(status) : text;
        } catch (const error &) {
            return ipmon_status_text(status);
        }
    }

    void check(ipmon_status status) const {
        if (status != IPMON_STATUS_OK) {
            throw error(status, last_error(s_->m, status));
        }
    }

    monitor &set(ipmon_status status) {
        check(status);
        return *this;
    }

    template <class T>
    T get(ipmon_status (*getter)(ipmon_t *, T *)) const {
        T value{};
        check(getter(s_->m, &value));
        return value;
    }

    std::string text(ipmon_status (*getter)(ipmon_t *, char *, std::size_t, std::size_t *)) const {
        return detail::text([&](char *buffer, std::size_t size, std::size_t *needed) {
            return getter(s_->m, buffer, size, needed);
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

    /// The end of a parse.
    static bool finish(const std::shared_ptr<detail::state> &s, ipmon_status status) {
        if (status == IPMON_STATUS_BUSY) {
            // What a callback threw belongs to the other run.
            throw error(status, last_error(s->m, status));
        }
        s->settle();
        if (status != IPMON_STATUS_OK && status != IPMON_STATUS_INTERRUPTED) {
            throw error(status, last_error(s->m, status));
        }
        return status == IPMON_STATUS_OK;
    }

    bool wait_ms(int timeout) {
        const auto s = s_;
        const auto status = ipmon_wait(s->m, timeout);
        if (status == IPMON_STATUS_TIMEOUT) {
            return false;
        }
        if (status != IPMON_STATUS_PENDING) {
            s->settle();
        }
        if (status != IPMON_STATUS_OK && status != IPMON_STATUS_INTERRUPTED) {
            throw error(status, last_error(s->m, status));
        }
        return true;
    }

    void free() noexcept {
        if (s_ != nullptr) {
            (void)ipmon_free(s_->m);
        }
    }

    std::shared_ptr<detail::state> s_;
};

#if defined(__cpp_lib_expected)
/// Calls f; an ipmon::error becomes the unexpected value, other exceptions pass.
template <class F>
std::expected<std::invoke_result_t<F>, error> attempt(F &&f) {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            std::forward<F>(f)();
            return {};
        } else {
            return std::forward<F>(f)();
        }
    } catch (const error &e) {
        return std::unexpected(e);
    }
}
#endif

} // namespace ipmon

#endif
