// Arguments: the checked parameters of one call, typed by the command's rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sup::wire {

using ArgumentValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

// A small map from parameter name to value. Names come from the command rows and outlive it. Asking for a parameter as
// another type than its row says is a bug of ours (CHECK); asking for one that was not given yields nothing.
class Arguments {
 public:
  void set(std::string_view name, ArgumentValue value);
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const ArgumentValue* find(std::string_view name) const;

  [[nodiscard]] bool flag(std::string_view name) const;  // False if it was not given.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] std::string_view text(std::string_view name) const;               // Empty if it was not given.
  [[nodiscard]] std::span<const std::string> texts(std::string_view name) const;  // Empty if it was not given.

  [[nodiscard]] const std::vector<std::pair<std::string_view, ArgumentValue>>& all() const { return values_; }

 private:
  std::vector<std::pair<std::string_view, ArgumentValue>> values_;
};

}  // namespace sup::wire
