#include "ctl/offered_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sup::ctl {
namespace {

using wire::Verb;

// For whom verbs have something to do; others are for all.
struct Row {
  Verb verb;
  std::string_view states;  // Separated by blanks.
  bool is_all_but_these = true;
};

constexpr std::string_view kAtRest = "stopped completed failed";  // What is about to start can be stopped.
constexpr std::string_view kWithoutProcess = "stopped completed failed backoff waiting";

constexpr auto kRows = std::array{
    Row{Verb::start, "stopped completed failed backoff", false},
    Row{Verb::stop, kAtRest},
    Row{Verb::kill, kAtRest},
    Row{Verb::signal, kWithoutProcess},
    Row{Verb::reload, kWithoutProcess},
    Row{Verb::exec, kWithoutProcess},
    Row{Verb::attach, kWithoutProcess},
    Row{Verb::pause, "stopped completed failed backoff waiting paused"},
    Row{Verb::resume, "paused", false},
};

bool is_for(Verb verb, std::string_view state) {
  const auto row = std::ranges::find(kRows, verb, &Row::verb);
  return row == kRows.end() || row->states.contains(state) != row->is_all_but_these;
}

// Shells make of a name what they like, and who answers at a socket may be anybody.
bool is_plain(std::string_view name) {
  return !name.empty() && name[0] != '-' && std::ranges::all_of(name, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           std::string_view("_.@-").contains(byte);
  });
}

}  // namespace

std::string offered_names(Verb verb, const wire::StatusReply& reply) {
  std::string text;
  const auto offer = [&](const std::string& name) {
    if (is_plain(name)) text += name + "\n";
  };
  for (const wire::ServiceStatus& service : reply.services)
    if (is_for(verb, service.state)) offer(service.name);
  for (const wire::ServiceScale& scale : reply.scales)
    if (std::ranges::any_of(reply.services, [&](const wire::ServiceStatus& service) {
          return service.name.starts_with(scale.service + "@") && is_for(verb, service.state);
        }))
      offer(scale.service);
  for (const std::string& group : reply.groups) offer(group);
  return text;
}

}  // namespace sup::ctl
