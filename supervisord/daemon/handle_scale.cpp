// scale: how many instances services have.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "daemon/handlers.hpp"
#include "daemon/instance_names.hpp"
#include "spec/instance_text.hpp"

namespace sup {
namespace {

// "5" of "web=5" and of "web 5"; empty if it is no such number.
std::optional<std::uint32_t> parse_count(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number && number <= kMaxInstances ? std::optional(number) : std::nullopt;
}

// "web=5", or "web" and "5". Errors: invalid.
Result<std::vector<Scaling>> parse_scalings(std::span<const std::string> words) {
  std::vector<Scaling> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::size_t at = word.rfind('=');
    const bool is_pair = at == word.npos && i + 1 < words.size();
    const std::string_view number = is_pair ? words[i + 1] : at == word.npos ? "" : word.substr(at + 1);
    const auto count = parse_count(number);
    if (!count) {
      const std::string shown = is_pair ? fmt::format("{} {}", word, number) : std::string(word);
      return fail(Errc::invalid, fmt::format("cannot scale: '{}' is not NAME=N with N from 0 to {}",
                                             printable(shown, 80), kMaxInstances));
    }
    out.push_back({.service = std::string(word.substr(0, at)), .instances = *count});
    i += is_pair ? 1 : 0;
  }
  return out;
}

std::string unknown(const World& w, const std::string& name) {
  std::vector<std::string> known;
  for (const ServiceId id : w.by_name) known.push_back(w.service(id).definition->name);
  return wire::encode_error(no_such_service(w, wire::unknown_name(name, known)));
}

// Empty, or the encoded error: why these cannot be.
std::string objection(const World& w, const std::vector<Scaling>& scalings) {
  for (const Scaling& s : scalings) {
    const auto service = find_service(w, s.service);
    if (!service) return unknown(w, s.service);
    if (w.service(*service).definition->external.is_written())
      return wire::encode_error(wire::Failed{fmt::format("cannot scale {}: it is external", s.service)});
    const auto is_same = [&](const Scaling& other) { return other.service == s.service; };
    if (std::ranges::count_if(scalings, is_same) > 1)
      return wire::encode_error(wire::Failed{fmt::format("cannot scale {}: it is named twice", s.service)});
    const auto shared = s.instances > 1 ? shared_file(w.service(*service).definition->spec) : std::nullopt;
    if (shared)
      return wire::encode_error(
          wire::Failed{fmt::format("cannot scale {}: {}: all instances would write to '{}' (put {{instance}} into it)",
                                   s.service, shared->key, printable(shared->path))});
  }
  return {};
}

// What the call asks for, not yet looked at. Errors: invalid.
Result<std::vector<Scaling>> wanted_scalings(const World& w, const wire::Call& call) {
  const auto words = call.arguments.texts("scales");
  if (!call.arguments.flag("reset")) return parse_scalings(words);
  std::vector<Scaling> out;
  for (const std::string& name : words) {
    const auto service = find_service(w, name);
    out.push_back({.service = name, .instances = service ? w.service(*service).definition->instances : 0});
  }
  return out;
}

}  // namespace

void handle_scale(Server& server, Session& session, const wire::Call& call) {
  Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  if (supervisor.engine().is_shutting_down())
    return session.send(wire::encode_error(wire::ShuttingDown{supervisor.shutdown_reason()}));
  if (supervisor.engine().open_changes() >= kMaxOpenChanges)
    return session.send(wire::encode_error(wire::LimitReached{fmt::format("{} changes in progress", kMaxOpenChanges)}));
  auto scalings = wanted_scalings(w, call);
  if (!scalings) return session.send(wire::encode_error(wire::Failed{scalings.error().what}));
  if (const std::string error = objection(w, *scalings); !error.empty()) return session.send(error);
  begin_scaling(server, session, call, {.scalings = std::move(*scalings), .change = supervisor.next_change()});
}

}  // namespace sup
