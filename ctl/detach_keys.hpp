// The keys that leave a terminal. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sup::ctl {

// The bytes that the keys send: "ctrl-p,ctrl-q" is "\x10\x11". Nothing if it is no list of single characters and of
// ctrl- with a letter or one of @[\]^_.
[[nodiscard]] std::optional<std::string> parse_detach_keys(std::string_view text);

// Looks for the keys in what is typed. A beginning of them is held back until the next byte tells; if it turns out to
// be none it is let through, so that nothing that is typed is lost.
class DetachFilter {
 public:
  explicit DetachFilter(std::string keys) : keys_(std::move(keys)) {}

  // Appends to `through` what is to be sent on; true if the keys were typed. What comes behind them is dropped.
  [[nodiscard]] bool feed(std::string_view typed, std::string& through);

 private:
  std::string keys_;
  std::string held_;  // The beginning of keys_ that was typed last.
};

}  // namespace sup::ctl
