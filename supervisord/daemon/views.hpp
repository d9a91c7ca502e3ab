// Views: the engine's data as messages of the control protocol.
#pragma once

#include "daemon/history.hpp"
#include "daemon/supervisor.hpp"
#include "wire/messages.hpp"

namespace sup {

[[nodiscard]] std::int64_t unix_ms(WallTime time);
[[nodiscard]] std::int64_t whole_ms(Duration duration);

[[nodiscard]] wire::ServiceStatus view_service(const Supervisor& supervisor, InstanceId id, Instant now, WallTime wall);
// What is asked of it now, and what the last answers were.
[[nodiscard]] std::vector<wire::ShownProbe> view_probes(const World& w, InstanceId id, Instant now, WallTime wall);
[[nodiscard]] wire::ChangeResult view_result(const TargetResult& result);
// `elapsed`: since it was asked for.
[[nodiscard]] wire::ChangeProgress view_progress(const World& w, const StateChanged& change, Duration elapsed);
[[nodiscard]] wire::DaemonStatus view_daemon(const Supervisor& supervisor, Instant now);
[[nodiscard]] wire::EventRecord view_event(const World& w, const HistoryEntry& entry);
[[nodiscard]] wire::ExplainReply view_explanation(const Supervisor& supervisor, InstanceId id,
                                                  std::optional<ExitStatus> end);

// Whether it has another number of instances than one, or than its settings say.
[[nodiscard]] bool is_scaled(const World& w, ServiceId id);
[[nodiscard]] wire::ServiceScale view_scale(const World& w, ServiceId id);

// By whom and when it was chosen by `ctl enable` or `ctl disable` whether it is started with supervisord; nothing if
// its definition says it. Of ServiceStatus and ShownService.
template <class View>
void set_choice(const Supervisor& supervisor, const std::string& service, View& out);

// What `set` has changed of a service as it is defined now, as "KEY = VALUE".
[[nodiscard]] std::vector<std::string> view_overrides(const Supervisor& supervisor, const ServiceRef& definition);

}  // namespace sup
