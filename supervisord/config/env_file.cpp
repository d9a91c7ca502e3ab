#include "config/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

class Parser {
 public:
  Parser(std::string_view text, std::string_view file_name) : text_(text), file_(file_name) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = line_start_ = 3;
  }

  EnvFileContent parse() {
    while (at_ < text_.size() && !is_lost_ && out_.diagnostics.size() < kMaxEnvFileErrors)
      if (!parse_line()) skip_line();
    return std::move(out_);
  }

 private:
  // Whether the line was good; if not, it was reported and the position is anywhere in it.
  bool parse_line() {
    skip_blanks();
    if (at_end_of_line() || text_[at_] == '#') return skip_line();
    if (text_.substr(at_).starts_with("export") && at_ + 6 < text_.size() && is_blank(text_[at_ + 6])) {
      at_ += 6;
      skip_blanks();
    }
    const std::optional<std::string_view> name = parse_name();
    if (!name) return false;
    std::optional<std::string> value = parse_value();
    if (!value) return false;
    store(*name, *std::move(value));
    return skip_line();
  }

  std::optional<std::string_view> parse_name() {
    const std::size_t start = at_;
    if (at_end_of_line() || !is_name_start(text_[at_])) return bad("a name begins with a letter or _");
    while (!at_end_of_line() && is_name_part(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    if (!at_end_of_line() && text_[at_] == '=') {
      ++at_;
      return name;
    }
    if (at_end_of_line()) return bad("= and a value are missing behind the name");
    if (is_blank(text_[at_])) return bad("a blank follows the name, write KEY=VALUE");
    return bad("a name is made of letters, digits, _ . and -");
  }

  std::optional<std::string> parse_value() {
    if (at_end_of_line()) return std::string();
    if (text_[at_] == '\'') return single_quoted();
    if (text_[at_] == '"') return double_quoted();
    const std::size_t start = at_;
    at_ = end_of_line();
    std::string_view value = text_.substr(start, at_ - start);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    if (const std::size_t nul = value.find('\0'); nul != value.npos)
      return bad_at(start + nul, "a NUL byte cannot be in a value");
    if (!value.empty() && is_blank(value.front())) return bad_at(start, "a blank follows =, put the value into quotes");
    return std::string(value);
  }

  std::optional<std::string> single_quoted() {
    is_lost_ = true;
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == text_.npos) return bad("the quote is not closed");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    if (const std::size_t nul = value.find('\0'); nul != value.npos)
      return bad_at(at_ + 1 + nul, "a NUL byte cannot be in a value");
    return after_quotes(end + 1, std::string(value));
  }

  std::optional<std::string> double_quoted() {
    is_lost_ = true;
    std::string value;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '"') return after_quotes(i + 1, std::move(value));
      if (c == '\0') return bad_at(i, "a NUL byte cannot be in a value");
      if (c != '\\') {
        value += c;
        continue;
      }
      const std::optional<char> escaped = i + 1 < text_.size() ? escape(text_[i + 1]) : std::nullopt;
      if (!escaped) return bad_at(i, "the escapes are \\n \\t \\\\ \\\" \\$; write \\\\ for a backslash");
      value += *escaped;
      ++i;
    }
    return bad("the quote is not closed");
  }

  static std::optional<char> escape(char c) {
    switch (c) {
      case 'n': return '\n';
      case 't': return '\t';
      case '\\':
      case '"':
      case '$': return c;
      default: return std::nullopt;
    }
  }

  std::optional<std::string> after_quotes(std::size_t end, std::string value) {
    is_lost_ = false;
    move_to(end);
    skip_blanks();
    if (!at_end_of_line() && text_[at_] != '#') return bad("only a comment may follow the closing quote");
    return value;
  }

  void store(std::string_view name, std::string value) {
    auto& variables = out_.variables.variables;
    const auto [known, is_new] = index_.try_emplace(name, variables.size());
    if (is_new)
      variables.emplace_back(name, std::move(value));
    else
      variables[known->second].second = std::move(value);
  }

  // A line ends at LF, at CR LF or at the end of the file.
  [[nodiscard]] std::size_t end_of_line() const {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    return end > at_ && text_[end - 1] == '\r' && end < text_.size() ? end - 1 : end;
  }
  [[nodiscard]] bool at_end_of_line() const { return at_ == end_of_line(); }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool skip_line() {
    move_to(std::min(text_.find('\n', at_), text_.size() - 1) + 1);
    return true;
  }
  // Forwards, counting lines on the way.
  void move_to(std::size_t position) {
    for (; at_ < position; ++at_)
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
  }

  std::nullopt_t bad(std::string message) { return bad_at(at_, std::move(message)); }
  // `position` may lie on a later line, inside of quotes.
  std::nullopt_t bad_at(std::size_t position, std::string message) {
    std::uint32_t line = line_;
    std::size_t start = line_start_;
    for (std::size_t i = at_; i < position; ++i)
      if (text_[i] == '\n') {
        ++line;
        start = i + 1;
      }
    const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    const std::string_view before = text_.substr(start, position - start);
    const auto column = 1 + std::count_if(before.begin(), before.end(), is_character);
    out_.diagnostics.push_back(
        {std::string(file_), {line, static_cast<std::uint32_t>(column), 1}, Severity::error, std::move(message), {}});
    return std::nullopt;
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool is_lost_ = false;  // Inside of quotes: where they end is not known before they have ended.
  std::map<std::string_view, std::size_t> index_;
  EnvFileContent out_;
};

}  // namespace

EnvFileContent parse_env_file(std::string_view text, std::string_view file_name) {
  if (text.size() <= kMaxEnvFileBytes) return Parser(text, file_name).parse();
  const std::string message = fmt::format("it is larger than {}", format_size(kMaxEnvFileBytes));
  return {{}, {{std::string(file_name), {}, Severity::error, message, {}}}};
}

Result<Environment> read_env_file(const std::string& path) {
  const std::string text = TRY(sys::read_file(path, kMaxEnvFileBytes));
  EnvFileContent content = parse_env_file(text, path);
  if (content.diagnostics.empty()) return std::move(content.variables);
  const Diagnostic& first = content.diagnostics.front();
  return fail(Errc::invalid,
              fmt::format("{}:{}:{}: {}", printable(path), first.span.line, first.span.column, first.message));
}

Result<Environment> read_env_files(const std::vector<EnvFile>& files) {
  Environment out;
  std::map<std::string, std::size_t, std::less<>> index;
  for (const EnvFile& file : files) {
    auto read = read_env_file(file.path);
    if (!read && file.optional && read.error().code == Errc::not_found) continue;
    Environment variables = TRY(std::move(read));
    for (auto& [name, value] : variables.variables) {
      const auto [known, is_new] = index.try_emplace(name, out.variables.size());
      if (is_new)
        out.variables.emplace_back(name, std::move(value));
      else
        out.variables[known->second].second = std::move(value);
    }
  }
  return out;
}

}  // namespace sup
