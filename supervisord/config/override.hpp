// Overrides: settings of a service that somebody changes while it runs, by their paths: "resources.memory-max=1GiB".
// They are read and checked exactly as a file is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/shape.hpp"
#include "config/value.hpp"
#include "spec/service_spec.hpp"

namespace sup {

inline constexpr std::size_t kMaxOverrides = 100;            // Of one service.
inline constexpr std::size_t kMaxOverrideBytes = 64 * 1024;  // Of one value.

// One setting and the value it is to have.
struct Override {
  std::string path;  // "resources.memory-max"
  Value value;
  bool is_reset = false;  // Nothing is behind the "=": back to what the definition says.
};

// "KEY=VALUE". The value is TOML, or a string if it is not: 512MiB and "512MiB" are the same. Errors: invalid.
[[nodiscard]] Result<Override> parse_override(std::string_view text);

// `kept` with `changes` applied: what is reset leaves, what is named again is replaced. Errors: limit; invalid for a
// reset of what is not overridden.
[[nodiscard]] Result<std::vector<Override>> merge_overrides(std::vector<Override> kept, std::vector<Override> changes);

// The definition with the overrides. Errors: invalid, all findings in one text: unknown keys (with the nearest one),
// values that are none, values out of their range.
[[nodiscard]] Result<ServiceSpec> with_overrides(std::string_view service, const ServiceSpec& definition,
                                                 const std::vector<Override>& overrides);

// `before` with what of `after` can take effect while the service runs.
[[nodiscard]] ServiceSpec with_live_changes(ServiceSpec before, const ServiceSpec& after);

// What is different, if all of it can change while the service runs. Errors: invalid, with the key and what to do
// instead.
[[nodiscard]] Result<std::vector<SettingChange>> settable_changes(const ServiceSpec& before, const ServiceSpec& after);

}  // namespace sup
