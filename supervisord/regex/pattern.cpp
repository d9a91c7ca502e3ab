#include "regex/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

#include "base/text.hpp"

namespace sup {

Result<Pattern> Pattern::compile(const std::string& expression) {
  if (expression.empty())
    return fail(Errc::invalid, "the regular expression is empty: it would be found in every line");
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostBytes);
  auto compiled = std::make_unique<re2::RE2>(expression, options);
  if (!compiled->ok())
    return fail(Errc::invalid, fmt::format("'{}' is not a regular expression: {}", printable(expression, 80),
                                           printable(compiled->error(), 200)));
  return Pattern{std::move(compiled)};
}

Pattern::Pattern(std::unique_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::is_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, *compiled_);
}

}  // namespace sup
