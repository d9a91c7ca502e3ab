// events and env: what is read rather than changed, and takes its time.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/masking.hpp"
#include "config/shape.hpp"
#include "daemon/environment.hpp"
#include "daemon/handlers.hpp"
#include "daemon/views.hpp"
#include "spec/instance_text.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

constexpr int kBatchEvents = 256;  // In one reply.
constexpr Duration kWordsPatience = std::chrono::milliseconds{250};

// Reads the history from a number on; with `follow` it stays. A client that is too slow for what is kept learns what it
// missed.
class EventsTask final : public Task {
 public:
  EventsTask(Server& server, SessionId session, std::vector<InstanceId> services, std::uint64_t since,
             bool is_following)
      : server_(server),
        services_(std::move(services)),
        cursor_(since),
        is_following_(is_following),
        patience_(server.parts().loop, [&server, session] { server.with_session(session, [](Session&) {}); }) {}

  void pump(Session& session) override { hand_over(session); }

  // What it did is told by its name from now on.
  void on_vacated(InstanceId instance) override {
    if (std::erase(services_, instance) == 0) return;
    const World& w = server_.parts().supervisor.world();
    departed_.insert(w.name(w.at(instance)));
  }

  void wind_up(Session& session) override {
    is_following_ = false;
    is_winding_up_ = true;
    while (session.has_room() && !hand_over(session)) {
    }
  }

 private:
  // The next batch. Whether it was the last one, as it is at the end of what has happened for who does not follow.
  bool hand_over(Session& session) {
    const History& history = server_.parts().supervisor.history();
    wire::EventsReply reply;
    while (reply.events.size() < kBatchEvents) {
      const HistoryEntry* entry = history.after(cursor_);
      if (entry == nullptr || is_to_wait_for(*entry)) break;
      note_gap(reply, *entry);
      cursor_ = entry->sequence;
      if (is_wanted(*entry)) reply.events.push_back(view_event(server_.parts().supervisor.world(), *entry));
    }
    if (cursor_ >= history.last_sequence() && !is_following_) {
      session.finish(wire::encode_reply(reply));
      return true;
    }
    if (!reply.events.empty() || reply.gap) session.send(wire::encode_reply(reply, wire::Continues::yes));
    return false;
  }

  // The last lines of a run that has failed come a moment after its end. A log thread that hangs is not waited for.
  bool is_to_wait_for(const HistoryEntry& entry) {
    if (is_winding_up_ || !entry.awaits_words || !is_wanted(entry) || sys::wall_now() - entry.time >= kWordsPatience)
      return false;
    patience_.arm(kWordsPatience);
    return true;
  }

  // What lies between the last one that was looked at and the next that is kept.
  void note_gap(wire::EventsReply& reply, const HistoryEntry& next) const {
    if (next.sequence == cursor_ + 1) return;
    reply.missed = static_cast<std::int64_t>(next.sequence - cursor_ - 1);
    reply.gap.emplace();
    reply.gap->first = static_cast<std::int64_t>(cursor_ + 1);
    reply.gap->last = static_cast<std::int64_t>(next.sequence - 1);
  }

  [[nodiscard]] bool is_wanted(const HistoryEntry& entry) const {
    if (services_.empty() && departed_.empty()) return true;
    return entry.instance == kNoInstance ? departed_.contains(*entry.departed)
                                         : std::ranges::binary_search(services_, entry.instance);
  }

  Server& server_;
  std::vector<InstanceId> services_;  // Sorted; empty, and nobody has departed: everything.
  std::set<std::string> departed_;    // The names of those of them that have left.
  std::uint64_t cursor_;
  bool is_following_;
  bool is_winding_up_ = false;
  loop::Timer patience_;
};

// Waits for a worker.
class WorkerTask final : public Task {
 public:
  void wind_up(Session& session) override {
    session.finish(wire::encode_error(wire::Failed{"supervisord has shut down"}));
  }
};

wire::EnvReply view_environment(const std::string& service, const std::vector<EnvEntry>& entries, Secrets secrets,
                                const std::vector<std::string>& inserted) {
  wire::EnvReply reply{.service = service, .variables = {}};
  for (const EnvEntry& entry : entries) {
    const bool is_secret = entry.secrecy == Secrecy::secret ||
                           (entry.secrecy == Secrecy::by_name && looks_secret(entry.name)) ||
                           without_secrets(entry.value, inserted) != entry.value;
    const bool is_masked = secrets == Secrets::masked && is_secret;
    const bool varies = entry.name == kInvocationVariable || entry.origin == kFromCredentials;
    reply.variables.push_back({.name = entry.name,
                               .value = is_masked || varies ? "" : entry.value,
                               .origin = entry.origin,
                               .masked = is_masked,
                               .varies = varies});
  }
  std::ranges::sort(reply.variables, {}, &wire::EnvVariable::name);
  return reply;
}

std::vector<InstanceId> chosen_services(const wire::Call& call, std::vector<InstanceId> services) {
  return call.arguments.texts("names").empty() ? std::vector<InstanceId>() : std::move(services);
}

}  // namespace

void handle_events(Server& server, Session& session, const wire::Call& call) {
  auto services = named_services(server, session, call);
  if (!services) return;
  const History& history = server.parts().supervisor.history();
  std::uint64_t since = 0;
  if (const auto wanted = call.arguments.integer("since"))
    since = static_cast<std::uint64_t>(*wanted);
  else if (const HistoryEntry* first = history.after(0))
    since = first->sequence - 1;
  if (since > history.last_sequence())
    return session.send(wire::encode_error(
        wire::Failed{fmt::format("there is no event {}: the last one is {} (supervisord has started anew since)", since,
                                 history.last_sequence())}));
  session.begin(std::make_unique<EventsTask>(server, session.id(), chosen_services(call, std::move(*services)), since,
                                             call.arguments.flag("follow")));
}

// Env files and accounts are read anew, as the next start would: on a worker, since that may block.
void handle_env(Server& server, Session& session, const wire::Call& call) {
  const auto chosen = named_service(server, session, call);
  if (!chosen) return;
  const Supervisor& supervisor = server.parts().supervisor;
  const World& w = supervisor.world();
  const ServiceRef service = definition_for(w.definition(w.at(*chosen)), place_of(w, w.at(*chosen)));
  const Secrets secrets = call.arguments.flag("reveal") ? Secrets::shown : Secrets::masked;
  const LaunchContext& context = supervisor.runs().context();
  const auto look = [service, name = w.name(w.at(*chosen)), &context, secrets] {
    const auto account = account_of(service->spec);
    const bool has_credentials = !service->spec.credentials->files.empty();
    const auto entries =
        account
            ? effective_environment({context.own_environment, context.daemon_environment, service->spec, *account,
                                     InvocationId{}, service->place, has_credentials ? context.credentials_place : ""})
            : std::unexpected(account.error());
    return entries ? wire::encode_reply(view_environment(name, *entries, secrets, *service->secrets))
                   : wire::encode_error(wire::Failed{entries.error().what});
  };
  answer_from_worker(server, session, look, needs_accounts(service->spec) ? Asks::accounts : Asks::nobody);
}

void answer_from_worker(Server& server, Session& session, std::move_only_function<std::string()> work, Asks asks) {
  auto to_conclusion = [work = std::move(work)]() mutable -> Conclusion {
    return [reply = work()]() mutable { return std::move(reply); };
  };
  answer_after_worker(server, session, std::move(to_conclusion), asks);
}

void answer_after_worker(Server& server, Session& session, std::move_only_function<Conclusion()> work, Asks asks) {
  session.begin(std::make_unique<WorkerTask>());
  auto answer = [&server, id = session.id(), work = std::move(work)]() mutable -> Continuation {
    return [&server, id, conclude = work()]() mutable {
      const std::string reply = conclude();
      server.with_session(id, [&](Session& mine) {
        server.hold(mine);
        mine.finish(reply);
      });
    };
  };
  server.parts().workers.submit(std::move(answer), asks);
}

}  // namespace sup
