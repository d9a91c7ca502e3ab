#include "ctl/hosts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "ctl/parse.hpp"

namespace sup::ctl {
namespace {

using wire::ArgumentValue;
using wire::Given;
using wire::ParamRow;
using wire::ParamType;

constexpr std::string_view kScheme = "ssh://";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Of names of hosts and users: no shell, no option, no blank.
bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
  });
}

bool is_port(std::string_view text) {
  constexpr std::size_t kMostDigits = 5;
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "admin@web1:2222", "[::1]:22".
std::expected<Host, std::string> parse_host(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return std::unexpected(fmt::format("'{}' is no host: {}", printable(text), why));
  };
  const std::size_t at = text.rfind('@');
  const std::string_view user = at == text.npos ? std::string_view() : text.substr(0, at);
  std::string_view rest = at == text.npos ? text : text.substr(at + 1);
  if (at != text.npos && !is_name(user)) return refused("the user's name has letters, digits, . - and _");
  const bool is_bracketed = rest.starts_with('[');
  const std::size_t close = is_bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (close == rest.npos) return refused("a [ without ]");
  const std::string_view host = is_bracketed ? rest.substr(1, close - 1) : rest.substr(0, close);
  if (!is_name(host)) return refused("write ssh://HOST, ssh://USER@HOST:PORT or ssh://[ADDRESS]");
  rest.remove_prefix(is_bracketed ? close + 1 : close);
  Host out{.name = std::string(host), .destination = std::string(host)};
  if (rest.starts_with(':')) {
    out.port = rest.substr(1);
    if (!is_port(out.port)) return refused("the port is a number");
    out.name += fmt::format(":{}", out.port);
  } else if (!rest.empty()) {
    return refused("write ssh://HOST, ssh://USER@HOST:PORT or ssh://[ADDRESS]");
  }
  if (!user.empty()) out.destination.insert(0, fmt::format("{}@", user));
  return out;
}

// 2026-11-29T10:00:00.500Z, which means the same in every zone.
std::string moment_text(std::int64_t unix_ms) {
  constexpr std::int64_t kMsPerSecond = 1'000;
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / kMsPerSecond);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), unix_ms % kMsPerSecond);
}

std::string value_text(const ParamRow& param, const ArgumentValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return std::get<std::string>(value);
  if (param.type == ParamType::moment) return moment_text(*number);
  if (param.type == ParamType::duration) return format_duration(std::chrono::milliseconds{*number});
  return std::to_string(*number);
}

std::vector<std::string> values_text(const ParamRow& param, const ArgumentValue& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  return {value_text(param, value)};
}

// One parameter as options, or as words for behind them.
void add(const ParamRow& param, const ArgumentValue& value, std::vector<std::string>& options,
         std::vector<std::string>& positionals) {
  switch (param.given) {
    case Given::flag:
      if (std::get<bool>(value)) options.emplace_back(spellings(param).back());
      return;
    case Given::flag_off:
      if (!std::get<bool>(value)) options.emplace_back(spellings(param).back());
      return;
    case Given::option:
      for (const std::string& text : values_text(param, value))
        options.push_back(fmt::format("{}={}", spellings(param).back(), text));
      return;
    case Given::word:
    case Given::words:
    case Given::rest:
      for (std::string& text : values_text(param, value)) positionals.push_back(std::move(text));
      return;
  }
}

}  // namespace

std::expected<std::vector<Host>, std::string> parse_hosts(std::string_view text) {
  if (!text.starts_with(kScheme))
    return std::unexpected(fmt::format("--host is written ssh://HOST, not '{}'", printable(text)));
  std::vector<Host> out;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, comma);
    if (one.starts_with(kScheme)) one.remove_prefix(kScheme.size());
    while (one.ends_with('/')) one.remove_suffix(1);
    auto host = parse_host(one);
    if (!host) return std::unexpected(std::move(host).error());
    if (std::ranges::find(out, *host) == out.end()) out.push_back(*std::move(host));
    if (out.size() > kMostHosts) return std::unexpected(fmt::format("--host takes at most {} hosts", kMostHosts));
    if (comma == text.size()) return out;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> remote_words(const Invocation& call, RemoteForm form) {
  std::vector<std::string> options{std::string(call.row->name)}, positionals;
  for (const auto& [name, value] : call.arguments.all()) {
    const ParamRow* param = wire::find_param(*call.row, name);
    CHECK(param != nullptr);
    add(*param, value, options, positionals);
  }
  if (form == RemoteForm::json || call.format != Format::text) options.emplace_back("--json");
  if (!call.socket.empty()) options.push_back(fmt::format("--socket={}", call.socket));
  if (call.timeout) options.push_back(fmt::format("--timeout={}", format_duration(*call.timeout)));
  if (call.verbosity == Verbosity::quiet) options.emplace_back("--quiet");
  if (call.verbosity == Verbosity::verbose) options.emplace_back("--verbose");
  if (call.colors == ColorWish::never) options.emplace_back("--no-color");
  if (!positionals.empty()) options.emplace_back("--");
  options.insert(options.end(), positionals.begin(), positionals.end());
  return options;
}

std::string remote_command(const std::vector<std::string>& words) {
  std::string out = "ctl";
  for (const std::string& word : words) {
    out += " '";
    for (const char c : word) out.append(c == '\'' ? "'\\''" : std::string(1, c));
    out += "'";
  }
  return out;
}

std::vector<std::string> ssh_command(const Host& host, const std::string& command, RemoteTerminal terminal,
                                     RemotePrompts prompts) {
  std::vector<std::string> out{"ssh", terminal == RemoteTerminal::yes ? "-t" : "-T"};
  if (prompts == RemotePrompts::refused) out.insert(out.end(), {"-o", "BatchMode=yes"});
  if (!host.port.empty()) out.insert(out.end(), {"-p", host.port});
  out.insert(out.end(), {"--", host.destination, command});
  return out;
}

}  // namespace sup::ctl
