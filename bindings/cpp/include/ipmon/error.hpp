// What calls throw, and texts that the library fills in. Part of ipmon.hpp.

#ifndef IPMON_ERROR_HPP
#define IPMON_ERROR_HPP

#include <ipmon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

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

/// The text of the monitor's newest failure.
inline std::string last_error(ipmon_t *m, ipmon_status status) {
    try {
        auto all = text([m](char *buffer, std::size_t size, std::size_t *needed) {
            return ipmon_last_error(m, buffer, size, needed);
        });
        return all.empty() ? ipmon_status_text(status) : all;
    } catch (const error &) {
        return ipmon_status_text(status);
    }
}

inline void refuse_older(std::uint32_t library, std::uint32_t header) {
    if (library < header) {
        throw error(IPMON_STATUS_UNSUPPORTED,
                    "libipmon has ABI version " + std::to_string(library) +
                        ", and this program needs " + std::to_string(header) +
                        ": install a newer libipmon");
    }
}

inline void check(ipmon_t *m, ipmon_status status) {
    if (status != IPMON_STATUS_OK) {
        throw error(status, last_error(m, status));
    }
}

} // namespace detail
} // namespace ipmon

#endif
