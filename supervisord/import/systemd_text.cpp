#include "import/systemd_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "import/words.hpp"

namespace sup::imports {
namespace {

// systemd-escape(1) backwards: "-" is "/", \xNN a byte.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(std::min(i + 2, text.size()), 2);
    if (text[i] == '-') {
      out += '/';
    } else if (text.substr(i).starts_with("\\x") && digits.size() == 2 &&
               std::from_chars(digits.data(), digits.data() + 2, byte, 16).ec == std::errc() && byte > 0) {
      out += static_cast<char>(byte);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string last_component(std::string_view text) { return std::string(text.substr(text.rfind('-') + 1)); }

// What stands for one specifier; nothing if only the start tells.
std::optional<std::string> specifier(char c, const UnitName& unit) {
  switch (c) {
    case '%': return "%";
    case 'i': return unit.instance;
    case 'I': return unescaped(unit.instance);
    case 'n': return unit.full;
    case 'N': return unit.full.substr(0, unit.full.rfind('.'));
    case 'p': return unit.prefix;
    case 'P': return unescaped(unit.prefix);
    case 'j': return last_component(unit.prefix);
    case 'J': return unescaped(last_component(unit.prefix));
    case 'f': return "/" + unescaped(unit.has_at ? unit.instance : unit.prefix);
    case 't': return "/run";
    case 'S': return "/var/lib";
    case 'C': return "/var/cache";
    case 'L': return "/var/log";
    case 'E': return "/etc";
    case 'T': return "/tmp";
    case 'V': return "/var/tmp";
    case 'h': return "/root";
    case 'u':
    case 'g': return "root";
    case 'U':
    case 'G': return "0";
    case 's': return "/bin/sh";
    default: return std::nullopt;
  }
}

// One C escape behind its backslash; `at` is behind it then. False: it is none.
bool read_escape(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::pair<char, char> kPlain[] = {{'a', '\a'},  {'b', '\b'}, {'f', '\f'}, {'n', '\n'},
                                              {'r', '\r'},  {'t', '\t'}, {'v', '\v'}, {'s', ' '},
                                              {'\\', '\\'}, {'"', '"'},  {'\'', '\''}};
  if (at == text.size()) return false;
  for (const auto& [c, meaning] : kPlain)
    if (text[at] == c) {
      out += meaning;
      ++at;
      return true;
    }
  const bool is_hex = text[at] == 'x';
  const std::string_view digits = is_hex ? text.substr(at + 1, 2) : text.substr(at, 3);
  unsigned byte = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, is_hex ? 16 : 8);
  if (error != std::errc() || end != digits.data() + digits.size() || byte == 0 || byte > 255) return false;
  if (digits.size() != (is_hex ? 2U : 3U)) return false;
  out += static_cast<char>(byte);
  at += digits.size() + (is_hex ? 1 : 0);
  return true;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Result<std::string> expand_specifiers(std::string_view text, const UnitName& unit) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const auto value = specifier(text[++i], unit);
    if (!value)
      return fail(Errc::invalid,
                  fmt::format("%{} is only known when the service starts", printable(text.substr(i, 1))));
    out += *value;
  }
  return out;
}

Result<std::vector<std::string>> systemd_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (quote == 0 && is_blank(c)) {
      if (word) words.push_back(*std::move(word));
      word.reset();
      continue;
    }
    if (!word) word.emplace();
    if (quote != 0 && c == quote)
      quote = 0;
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c != '\\')
      *word += c;
    else if (!read_escape(text, at, *word))
      *word += '\\';
  }
  if (quote != 0) return fail(Errc::invalid, fmt::format("a {} is not closed", quote));
  if (word) words.push_back(*std::move(word));
  return words;
}

namespace {

// %d is the directory of the credentials, which a variable names, too.
std::string with_credentials(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool is_specifier = word[i] == '%' && i + 1 < word.size();
    if (is_specifier && word[i + 1] == 'd') {
      out += "${CREDENTIALS_DIRECTORY}";
      ++i;
    } else {
      out += word[i];
      if (is_specifier) out += word[++i];
    }
  }
  return out;
}

}  // namespace

Result<ExecCommand> exec_command(std::string_view text, const UnitName& unit) {
  ExecCommand command;
  text = trimmed(text);
  for (; !text.empty() && std::string_view("@-:+!|").find(text.front()) != text.npos; text.remove_prefix(1)) {
    command.has_own_name = command.has_own_name || text.front() == '@';
    command.may_fail = command.may_fail || text.front() == '-';
    command.is_privileged = command.is_privileged || text.front() == '+' || text.front() == '!';
    if (text.front() == ':') command.expands = false;
    if (text.front() == '|') return fail(Errc::invalid, "the prefix | (a login shell) is not supported");
  }
  command.words = TRY(systemd_words(text));
  for (std::string& word : command.words) {
    if (word == ";") return fail(Errc::invalid, "several commands in one line");
    if (word == "\\;") word = ";";
  }
  for (std::size_t i = 0; i < command.words.size(); ++i) {
    const bool is_argument = i > 0 && command.expands;
    command.words[i] =
        TRY(expand_specifiers(is_argument ? with_credentials(command.words[i]) : command.words[i], unit));
  }
  if (command.has_own_name && command.words.size() > 1) command.words.erase(command.words.begin() + 1);
  if (command.words.empty()) return fail(Errc::invalid, "there is no program");
  return command;
}

namespace {

// The name of a variable that begins behind a $, with its braces; empty if there is none.
std::string_view braced_name(std::string_view text) {
  if (!text.starts_with('{')) return {};
  const std::size_t end = text.find('}');
  if (end == text.npos || !is_variable_name(text.substr(1, end - 1))) return {};
  return text.substr(0, end + 1);
}

// As systemd has it: $NAME alone is split into words, ${NAME} in a word is not, and $$ is a dollar.
std::string shell_argument(std::string_view word, bool expands) {
  if (!expands) return shell_word(word);
  if (word.starts_with('$') && is_variable_name(word.substr(1))) return std::string(word);
  std::string out;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out += shell_word(literal);
    literal.clear();
  };
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::string_view name = word[i] == '$' ? braced_name(word.substr(i + 1)) : std::string_view();
    if (!name.empty()) {
      end_literal();
      out += fmt::format("\"${}\"", name);
      i += name.size();
      continue;
    }
    if (word.substr(i).starts_with("$$")) ++i;
    literal += word[i];
  }
  end_literal();
  return out.empty() ? "''" : out;
}

}  // namespace

bool ExecCommand::has_variables() const {
  return expands &&
         std::any_of(words.begin() + 1, words.end(), [](const std::string& w) { return w.find('$') != w.npos; });
}

std::string shell_line(const ExecCommand& command) {
  std::string line = shell_word(command.words.front());
  for (std::size_t i = 1; i < command.words.size(); ++i)
    line += " " + shell_argument(command.words[i], command.expands);
  return command.may_fail ? fmt::format("{{ {} || :; }}", line) : line;
}

namespace {

constexpr std::string_view kShell = "/bin/sh";
// A value is split into words, but no file names are made of it.
constexpr std::string_view kNoPatterns = "set -f; ";

}  // namespace

std::vector<std::string> command_of(const ExecCommand& command) {
  if (!command.has_variables() && !command.may_fail) return command.words;
  const std::string_view begin = command.has_variables() ? kNoPatterns : "";
  const std::string_view exec = command.may_fail ? "" : "exec ";
  return {std::string(kShell), "-c", fmt::format("{}{}{}", begin, exec, shell_line(command))};
}

std::vector<std::string> command_of(const std::vector<ExecCommand>& commands) {
  if (commands.size() == 1) return command_of(commands.front());
  std::string line(kNoPatterns);
  for (const ExecCommand& command : commands) {
    if (&command != commands.data()) line += " && ";
    if (&command == &commands.back() && !command.may_fail) line += "exec ";
    line += shell_line(command);
  }
  return {std::string(kShell), "-c", line};
}

namespace {

// In seconds; 0 for what is no unit.
double unit_seconds(std::string_view unit) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},        {"s", 1},         {"sec", 1},         {"second", 1},      {"seconds", 1},
      {"usec", 1e-6}, {"us", 1e-6},     {"msec", 1e-3},     {"ms", 1e-3},       {"m", 60},
      {"min", 60},    {"minute", 60},   {"minutes", 60},    {"h", 3600},        {"hr", 3600},
      {"hour", 3600}, {"hours", 3600},  {"d", 86400},       {"day", 86400},     {"days", 86400},
      {"w", 604800},  {"week", 604800}, {"weeks", 604800},  {"month", 2629800}, {"months", 2629800},
      {"M", 2629800}, {"y", 31557600},  {"year", 31557600}, {"years", 31557600}};
  for (const auto& [name, seconds] : kUnits)
    if (name == unit) return seconds;
  return 0;
}

}  // namespace

std::optional<Duration> time_span(std::string_view text) {
  text = trimmed(text);
  if (text == "infinity") return kForever;
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (error != std::errc() || end != text.data() + digits || digits == 0) return std::nullopt;
    text = trimmed(text.substr(digits));
    const std::size_t letters = std::min(text.find_first_of("0123456789. \t"), text.size());
    const double unit = unit_seconds(text.substr(0, letters));
    if (unit == 0) return std::nullopt;
    seconds += number * unit;
    text = trimmed(text.substr(letters));
  }
  constexpr double kMost = 366.0 * 24 * 3600;
  if (seconds >= kMost) return kForever;
  return std::chrono::microseconds{std::llround(seconds * 1e6)};
}

std::optional<std::string> systemd_size(std::string_view text) {
  if (text == "infinity") return "unlimited";
  if (text.ends_with('%'))
    return whole_number(text.substr(0, text.size() - 1)) ? std::optional(std::string(text)) : std::nullopt;
  constexpr std::string_view kUnits = "KMGTPE";
  unsigned shift = 0;
  if (!text.empty() && text.back() == 'B') text.remove_suffix(1);
  if (!text.empty())
    if (const std::size_t unit = kUnits.find(text.back()); unit != kUnits.npos) {
      shift = 10 * (static_cast<unsigned>(unit) + 1);
      text.remove_suffix(1);
    }
  const auto number = whole_number(text);
  if (!number || *number < 0 || *number > (std::int64_t{1} << 60) >> shift) return std::nullopt;
  return format_size(static_cast<std::uint64_t>(*number) << shift);
}

}  // namespace sup::imports
