// What a user may say about files whose changes matter to a service. The rows are in watch_fields.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "base/time.hpp"

namespace sup {

enum class WatchAction : std::uint8_t { restart, reload, run };
template <>
inline constexpr auto kEnumNames<WatchAction> = std::array{
    EnumName{WatchAction::restart, "restart", "It is restarted, also if it has failed; not if it was stopped."},
    EnumName{WatchAction::reload, "reload", "It is reloaded, as `reload` says; if it has failed it is started."},
    EnumName{WatchAction::run, "run",
             "It is started when it has ended: for a oneshot that builds something. What changes while it runs is for "
             "one more run."},
};

struct WatchSpec {
  std::vector<std::string> paths;
  std::vector<std::string> include;
  std::vector<std::string> exclude = {".*", "*~", "node_modules", "__pycache__"};
  Duration debounce = std::chrono::milliseconds{300};
  WatchAction action = WatchAction::restart;
  friend bool operator==(const WatchSpec&, const WatchSpec&) = default;
};

}  // namespace sup
