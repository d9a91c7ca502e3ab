// RLIMIT_NOFILE: the daemon's own is raised, its children get the original one back.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace sup::sys {

// RLIM_INFINITY is its own largest value and compares as such.
struct LimitValues {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  friend bool operator==(const LimitValues&, const LimitValues&) = default;
};
using NofileLimits = LimitValues;

// The resource of a setting ("nofile" of limits.nofile), RLIMIT_NOFILE; empty for an unknown name.
[[nodiscard]] std::optional<int> limit_resource(std::string_view name);
// The setting of a resource: "limits.nofile". Lives for ever; "limits" for an unknown one.
[[nodiscard]] const char* limit_key(int resource);
// Of this process.
[[nodiscard]] Result<LimitValues> limit_of(int resource);

[[nodiscard]] Result<NofileLimits> nofile_limits();
// Raises this process's soft limit to its hard one and returns what was there before, for the children.
[[nodiscard]] Result<NofileLimits> raise_nofile();

// How many descriptors are open in this process, to be compared with nofile_limits().soft before promising new ones.
// One stat(2) since Linux 6.2, a directory listing before.
[[nodiscard]] Result<std::size_t> open_descriptor_count();

}  // namespace sup::sys
