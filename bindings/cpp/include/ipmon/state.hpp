// What the callbacks and the batches of a monitor need, where it stays while the monitor
// moves. Part of ipmon.hpp.

#ifndef IPMON_STATE_HPP
#define IPMON_STATE_HPP

#include <ipmon/error.hpp>
#include <ipmon/packet.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace ipmon::detail {

/// How a run is ended while its packets are looked at.
enum class ending { none, stop, free };

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

    // A batch that was pulled points into memory that goes with the run, so what ends
    // the run waits until the batch is back: whoever looks at it ends the run then.

    /// The newest batch is out.
    bool lent = false;
    std::uint64_t newest = 0;
    /// What its return has to do.
    std::atomic<ending> asked{ending::none};
    /// Counts the ends, so that a batch that comes as the run ends is not lent.
    std::uint64_t ends = 0;
    /// The file came to its end.
    bool at_end = false;
    /// The array of packets(), and what a loop that was left has not seen of it.
    std::unique_ptr<ipmon_packet[]> array;
    const ipmon_packet *rest = nullptr, *rest_end = nullptr;

    // --- Batches ---------------------------------------------------------------------

    /// Whether the run may be ended now; otherwise the return of the batch ends it.
    bool may_end(ending how) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (lent) {
            if (how != ending::none && asked != ending::free) {
                asked = how;
            }
            return false;
        }
        ended();
        return true;
    }

    /// A batch is back, or whatever is out: how the run was ended with that. Batches
    /// before the newest are back already.
    ending take_back(std::optional<std::uint64_t> batch = std::nullopt) noexcept {
        ending how = ending::none;
        {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!lent || (batch && *batch != newest)) {
                return how;
            }
            lent = false;
            how = asked.exchange(ending::none);
            if (how != ending::none) {
                ended();
            }
        }
        if (how == ending::stop) {
            (void)ipmon_set_active(m, 0);
        } else if (how == ending::free) {
            (void)ipmon_free(m);
        }
        return how;
    }

    /// A loop is left, and the next one goes on with the rest of its batch.
    void leave(std::uint64_t batch, const ipmon_packet *from, const ipmon_packet *to) noexcept {
        {
            const std::lock_guard<std::mutex> lock(mutex);
            if (lent && batch == newest) {
                rest = from;
                rest_end = to;
            }
        }
        (void)take_back(batch);
    }

    // --- Callbacks -------------------------------------------------------------------

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

private:
    void ended() noexcept {
        ends++;
        rest = rest_end = nullptr;
    }
};

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

} // namespace ipmon::detail

#endif
