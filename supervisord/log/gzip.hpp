// Compression, in pieces: a file of any size costs the same memory.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Reads `from` to its end and writes it to `to` in the format of gzip(1), flushed to the disk. Errors: sys; limit if
// is_ending() has become true meanwhile.
[[nodiscard]] Result<> gzip(const UniqueFd& from, const UniqueFd& to, const std::function<bool()>& is_ending);

// The inverse: what is returned is how much was read. Errors: sys; invalid if it is not of that format, or not whole.
[[nodiscard]] Result<std::uint64_t> gunzip(const UniqueFd& from, const UniqueFd& to);

}  // namespace sup::log
