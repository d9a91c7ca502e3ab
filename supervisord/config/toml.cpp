#include "config/toml.hpp"

// toml++ asserts on some malformed input that it diagnoses properly right after (3.3: "[\x02"); bytes from a file are
// no bug of ours or of its. In a build without assertions it makes assumptions for the optimiser of the same
// conditions, which would make undefined what the diagnosis catches. So neither may mean anything, in any build: the
// library's own definitions are read first, since with NDEBUG it would overwrite ours.
#if __has_include(<toml++/impl/preprocessor.hpp>)
#include <toml++/impl/preprocessor.hpp>
#else
#include <toml++/impl/preprocessor.h>
#endif
#undef TOML_ASSERT
#undef TOML_ASSUME
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_ASSUME(...) static_cast<void>(0)
#define TOML_ASSERT_ASSUME(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace sup {
namespace {

std::uint32_t narrow(std::size_t number) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(number, std::uint32_t(-1)));
}

Span span_of(const toml::source_region& region) {
  const bool one_line = region.end.line == region.begin.line && region.end.column > region.begin.column;
  return Span{narrow(region.begin.line), narrow(region.begin.column),
              narrow(one_line ? region.end.column - region.begin.column : 1)};
}

Value convert(const toml::node& node);

ValueArray convert_array(const toml::array& array) {
  ValueArray out;
  out.reserve(array.size());
  for (const toml::node& element : array) out.push_back(convert(element));
  return out;
}

// The library sorts keys by name; ours stand as in the file.
ValueTable convert_table(const toml::table& table) {
  ValueTable out;
  out.entries.reserve(table.size());
  for (const auto& [key, node] : table)
    out.entries.push_back(Entry{std::string(key.str()), span_of(key.source()), convert(node)});
  std::sort(out.entries.begin(), out.entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.key_span.line, a.key_span.column) < std::pair(b.key_span.line, b.key_span.column);
  });
  return out;
}

Value convert(const toml::node& node) {
  Value out;
  out.span = span_of(node.source());
  if (const auto* table = node.as_table())
    out.data = convert_table(*table);
  else if (const auto* array = node.as_array())
    out.data = convert_array(*array);
  else if (const auto* text = node.as_string())
    out.data = text->get();
  else if (const auto* integer = node.as_integer())
    out.data = integer->get();
  else if (const auto* number = node.as_floating_point())
    out.data = number->get();
  else if (const auto* truth = node.as_boolean())
    out.data = truth->get();
  else
    out.data = ValueTime{};
  return out;
}

// Walks over the text far enough to tell strings and comments from the rest, and finds keys with too many parts.
class KeyDepthScan {
 public:
  explicit KeyDepthScan(std::string_view text) : rest_(text) {}

  // The line of the first such key.
  std::optional<std::uint32_t> first_too_deep() {
    while (!rest_.empty()) {
      if (rest_[0] == '"' || rest_[0] == '\'')
        skip_string();
      else if (rest_[0] == '#')
        skip_to(std::min(rest_.find('\n'), rest_.size()));
      else if (!is_shallow(take()))
        return line_;
    }
    return std::nullopt;
  }

 private:
  char take() {
    const char c = rest_[0];
    skip_to(1);
    return c;
  }
  void skip_to(std::size_t count) {
    line_ +=
        static_cast<std::uint32_t>(std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), '\n'));
    rest_.remove_prefix(count);
  }
  bool is_shallow(char c) {
    if (c == '.')
      ++parts_;
    else if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[')
      parts_ = 1;
    return parts_ <= kMaxKeyParts;
  }
  // A string on one line ends at its quote or the end of the line, one of three quotes at three quotes.
  void skip_string() {
    const char quote = rest_[0];
    const std::string three(3, quote);
    const bool is_long = rest_.starts_with(three);
    std::size_t i = is_long ? 3 : 1;
    for (; i < rest_.size(); ++i) {
      if (quote == '"' && rest_[i] == '\\')
        ++i;
      else if (is_long ? rest_.substr(i).starts_with(three) : rest_[i] == quote || rest_[i] == '\n')
        break;
    }
    skip_to(std::min(rest_.size(), i + (is_long ? 3 : 1)));
  }

  std::string_view rest_;
  std::uint32_t line_ = 1;
  unsigned parts_ = 1;
};

Diagnostic syntax_error(std::string_view file_name, Span span, std::string_view reason) {
  constexpr std::string_view kTheirs = "Error while parsing ";
  Diagnostic out{std::string(file_name), span, Severity::error, "cannot parse TOML: " + std::string(reason), {}};
  if (reason.starts_with(kTheirs)) out.message = "cannot parse " + std::string(reason.substr(kTheirs.size()));
  if (reason.find("leading zeroes") != reason.npos) out.hint = "an octal number such as a umask is a string: \"022\"";
  if (reason.find("unescaped control characters") != reason.npos) out.hint = "is the closing quote missing?";
  if (reason.find("parsing boolean") != reason.npos) out.hint = "a text needs quotes";
  return out;
}

}  // namespace

std::expected<Value, Diagnostic> parse_toml(std::string_view text, std::string_view file_name) {
  if (const auto line = KeyDepthScan(text).first_too_deep())
    return std::unexpected(syntax_error(file_name, Span{*line, 1, 1}, "a key has more than 64 parts"));
  try {
    const toml::table root = toml::parse(text);
    return convert(root);
  } catch (const toml::parse_error& error) {
    return std::unexpected(syntax_error(file_name, span_of(error.source()), error.description()));
  }
}

}  // namespace sup
