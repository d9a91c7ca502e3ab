// Texts of `ctl status`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// The table: NAME STATE SINCE PID RESTARTS READY CAUSE. The instances of a service that has a scale stand below a row
// for all of them. Both lists are sorted by name.
[[nodiscard]] std::string render_status_table(std::span<const wire::ServiceStatus> services,
                                              std::optional<unsigned> width, Paint paint,
                                              std::span<const wire::ServiceScale> scales = {});
// What one host has answered.
struct HostStatus {
  std::string host;
  wire::StatusReply status;
};
// The same for several hosts, whose names are the first column.
[[nodiscard]] std::string render_hosts_table(std::span<const HostStatus> hosts, std::optional<unsigned> width,
                                             Paint paint);
// A block per service with all that is known.
[[nodiscard]] std::string render_status_details(std::span<const wire::ServiceStatus> services, Paint paint,
                                                std::span<const wire::ServiceScale> scales = {});
// "3", or "3 -> 5 (override)" where `ctl scale` has changed it.
[[nodiscard]] std::string scale_text(const wire::ServiceScale& scale);
// One line for a service that is not up: "web: failed: exit 3".
[[nodiscard]] std::string render_not_up(const wire::ServiceStatus& service);

// What somebody has chosen by `ctl enable` or `ctl disable`.
struct Choice {
  bool enabled = true;
  std::optional<std::string> by;
  std::optional<std::int64_t> at;  // In Unix milliseconds.
};
// "not enabled (ctl disable by root, 2026-11-29 08:36:01)"
[[nodiscard]] std::string choice_text(const Choice& choice);

// The colour of a state by its coarse view.
[[nodiscard]] Style style_of_status(std::string_view status);

}  // namespace sup::ctl
