// Pattern: a regular expression, matched in time that grows with the length of the text alone, whatever the expression.
// The only place that knows RE2.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace sup {

// May be used by several threads at once.
class Pattern {
 public:
  // The expression and what is remembered while it is matched take no more than this; without the room for that,
  // matching is slower, not wrong.
  static constexpr std::int64_t kMostBytes = 1 << 20;

  // Errors: invalid, with what is wrong and where in the expression.
  [[nodiscard]] static Result<Pattern> compile(const std::string& expression);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Whether it is found anywhere in the text. What is not UTF-8 is matched by nothing.
  [[nodiscard]] bool is_in(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<const re2::RE2> compiled);
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace sup
