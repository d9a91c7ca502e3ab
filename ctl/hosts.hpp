// -H ssh://HOST,...: which hosts, and what is asked of the ctl there. Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sup::ctl {

struct Invocation;

// Where ssh goes.
struct Host {
  std::string name;         // As output calls it: "web1", "web1:2222".
  std::string destination;  // "web1", "admin@web1".
  std::string port = {};    // Empty: ssh's own choice.
  friend bool operator==(const Host&, const Host&) = default;
};

inline constexpr std::size_t kMostHosts = 1'000;

// "ssh://admin@web1:2222,web2": the scheme is said once or with each. What ssh could take for an option, or a shell for
// more than a name, is refused. The error is a sentence without "ctl:".
[[nodiscard]] std::expected<std::vector<Host>, std::string> parse_hosts(std::string_view text);

// What the ctl of a host prints for us to read or to pass on.
enum class RemoteForm : std::uint8_t { as_asked, json };

// The words of the same command for the ctl there, without its name and without what is ours (-H, --format, the pager).
[[nodiscard]] std::vector<std::string> remote_words(const Invocation& call, RemoteForm form);

// The one text that ssh hands to the shell of the other side: each word in quotes, whatever is in it.
[[nodiscard]] std::string remote_command(const std::vector<std::string>& words);

// Whether ssh asks for a terminal there: for what is drawn on one.
enum class RemoteTerminal : std::uint8_t { no, yes };
// Whether ssh may ask for a password: not where several would ask at once.
enum class RemotePrompts : std::uint8_t { refused, allowed };

// The whole command: "ssh", options, the destination, the text.
[[nodiscard]] std::vector<std::string> ssh_command(const Host& host, const std::string& command,
                                                   RemoteTerminal terminal, RemotePrompts prompts);

}  // namespace sup::ctl
