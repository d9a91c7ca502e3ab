#include "import/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.hpp"
#include "import/source.hpp"

namespace sup::imports {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(char c) { return kBlanks.find(c) != kBlanks.npos; }

// Reads the quoted part that begins at `at` into `word`; `at` is behind it then. False if it is not closed.
bool read_quoted(std::string_view text, std::size_t& at, std::string& word) {
  const char quote = text[at++];
  for (; at < text.size() && text[at] != quote; ++at) {
    const bool is_escape = quote == '"' && text[at] == '\\' && at + 1 < text.size();
    if (is_escape && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    word += text[at];
  }
  if (at == text.size()) return false;
  ++at;
  return true;
}

std::optional<std::int64_t> number_in(std::string_view text, int base) {
  std::int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::vector<std::string>> shlex_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_blank(c)) {
      if (word) words.push_back(*std::move(word));
      word.reset();
      ++at;
      continue;
    }
    if (!word) word.emplace();
    if (c == '\'' || c == '"') {
      if (!read_quoted(text, at, *word)) return fail(Errc::invalid, fmt::format("a {} is not closed", c));
    } else if (c == '\\') {
      if (at + 1 == text.size()) return fail(Errc::invalid, "a backslash is the last character");
      *word += text[at + 1];
      at += 2;
    } else {
      *word += c;
      ++at;
    }
  }
  if (word) words.push_back(*std::move(word));
  return words;
}

Result<std::vector<std::pair<std::string, std::string>>> environment_list(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> variables;
  const auto skip = [&](std::size_t at, std::string_view which) {
    return std::min(text.find_first_not_of(which, at), text.size());
  };
  for (std::size_t at = skip(0, " \t\r\n,"); at < text.size(); at = skip(at, " \t\r\n,")) {
    const std::size_t equals = text.find('=', at);
    const std::string_view name = trimmed(text.substr(at, equals == text.npos ? text.npos : equals - at));
    if (equals == text.npos) return fail(Errc::invalid, fmt::format("'{}' is not KEY=VALUE", printable(name, 80)));
    if (!is_variable_name(name))
      return fail(Errc::invalid, fmt::format("'{}' is no name of a variable", printable(name, 80)));
    std::string value;
    for (at = skip(equals + 1, " \t"); at < text.size() && text[at] != ',' && text[at] != '\n';) {
      if (text[at] != '"' && text[at] != '\'')
        value += text[at++];
      else if (!read_quoted(text, at, value))
        return fail(Errc::invalid, fmt::format("the value of {} has a quote that is not closed", name));
    }
    variables.emplace_back(name, std::string(trimmed(value)));
  }
  return variables;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<bool> flag_of(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"true", "yes", "on", "1", "y", "t"})
    if (word == yes) return true;
  for (const std::string_view no : {"false", "no", "off", "0", "n", "f"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) { return number_in(text, 10); }
std::optional<std::int64_t> octal_number(std::string_view text) { return number_in(text, 8); }

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-";
  if (!text.empty() && text.find_first_not_of(kPlain) == text.npos) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string seconds_text(std::int64_t seconds) {
  constexpr std::int64_t kLongest = 366LL * 24 * 3600;
  return format_duration(std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kLongest)});
}

}  // namespace sup::imports
