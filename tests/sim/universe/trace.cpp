#include "sim/universe/trace.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/transitions.hpp"
#include "sim/universe/situation.hpp"

namespace sup::sim {
namespace {

struct Describe {
  const Cast& cast;

  [[nodiscard]] std::string name(InstanceId id) const { return cast.name(id); }
  [[nodiscard]] std::string names(const std::vector<InstanceId>& ids) const {
    std::string out;
    for (const InstanceId id : ids) out += " " + name(id);
    return out;
  }
  template <class T>
  [[nodiscard]] std::string run(const T& e) const {
    return fmt::format("{} run {}", name(e.instance), e.run.value);
  }

  std::string operator()(const Spawned& e) const { return "spawned " + run(e); }
  std::string operator()(const SpawnFailed& e) const { return fmt::format("spawn failed {}: {}", run(e), e.failure); }
  std::string operator()(const MainExited& e) const {
    return fmt::format("main exited {}: {}", run(e), e.status.text());
  }
  std::string operator()(const Ended& e) const { return fmt::format("ended {}: {}", run(e), e.status.text()); }
  std::string operator()(const MainFound& e) const { return "main found " + run(e); }
  std::string operator()(const MainLost& e) const { return fmt::format("main lost {}: {}", run(e), e.failure); }
  std::string operator()(const TaskEnded& e) const {
    return fmt::format("{} {} of {} ended: {}", enum_name(e.kind), e.index + 1, run(e),
                       e.failure.empty() ? "well" : e.failure);
  }
  std::string operator()(const BecameReady& e) const { return "became ready " + run(e); }
  std::string operator()(const ReadyProbeFailed& e) const { return fmt::format("not ready {}: {}", run(e), e.what); }
  std::string operator()(const ReadyFailed& e) const { return fmt::format("never ready {}: {}", run(e), e.failure); }
  std::string operator()(const HealthProbed& e) const {
    return fmt::format("probed {}: {}", run(e), e.failure.empty() ? "well" : e.failure);
  }
  std::string operator()(const NoticeGiven& e) const {
    static constexpr std::string_view kNotices[] = {"reloading", "stopping",      "alive",
                                                    "unfit",     "restart reset", "trouble"};
    return fmt::format("{} says {}", run(e), kNotices[static_cast<std::size_t>(e.notice)]);
  }
  std::string operator()(const MoreTimeAsked& e) const {
    return fmt::format("{} asks for {}", run(e), format_duration(e.by));
  }
  std::string operator()(const WatchdogSet& e) const {
    return fmt::format("{} sets its watchdog to {}", run(e), format_duration(e.interval));
  }
  std::string operator()(const Survived& e) const { return fmt::format("survived {}: {}", run(e), e.what); }
  std::string operator()(const CommandGiven& e) const {
    static constexpr std::string_view kKinds[] = {"start",  "stop",  "restart", "roll", "reload", "kill",
                                                  "signal", "pause", "resume",  "wait", "scale"};
    std::string out =
        fmt::format("change {}: {}{}", e.change.value, kKinds[static_cast<std::size_t>(e.kind)], names(e.targets));
    if (e.kind == CommandKind::signal) out += fmt::format(" {} to {}", signal_name(e.signal), enum_name(e.to));
    if (e.kind == CommandKind::wait)
      out += fmt::format(" for {}{}", enum_name(e.wait_for), e.wait_mode == WaitMode::any ? " (any)" : "");
    return out;
  }
  std::string operator()(const ChangeForgotten& e) const {
    return fmt::format("change {} is forgotten", e.change.value);
  }
  std::string operator()(const Boot&) const { return "boot"; }
  std::string operator()(const ShutdownRequested& e) const {
    return e.pace == ShutdownPace::at_once ? "shutdown at once" : "shutdown";
  }
  std::string operator()(const ServiceAdded& e) const {
    std::string text = describe(*e.service);
    text.pop_back();  // The end of the line.
    return fmt::format("change {}: added, {} x{}", e.start.value, e.instances, text);
  }
  std::string operator()(const ServiceRemoved& e) const {
    return fmt::format("change {}: service {} is removed", e.stop.value, e.name);
  }
  std::string operator()(const SettingsChanged&) const { return "settings changed"; }
  std::string operator()(const EndHeld& e) const { return e.is_held ? "end held" : "end not held"; }
  std::string operator()(const ServicesRedefined& e) const {
    std::string out = "defined anew for the next starts:";
    for (const ServiceRef& service : e.services) out += fmt::format("\n{} at {}", describe(*service), service->line);
    return out;
  }
  std::string operator()(const DefinitionChanged& e) const {
    std::string text = describe(*e.service);
    text.pop_back();  // The end of the line.
    const std::string who = e.former == nullptr ? "" : fmt::format(" of who lives by {}", e.former->line);
    return fmt::format("definition changed{}, {} at {}", who, text, e.service->line);
  }
  std::string operator()(const Scaled& e) const {
    std::string out = fmt::format("change {}: scale", e.change.value);
    for (const Scaling& s : e.scalings) out += fmt::format(" {}={}", s.service, s.instances);
    return out;
  }

  std::string operator()(const SpawnRun& e) const { return "spawn " + run(e); }
  std::string operator()(const SignalRun& e) const {
    return fmt::format("signal {}: {} to {}", run(e), signal_name(e.signal), enum_name(e.to));
  }
  std::string operator()(const KillRun& e) const { return "kill " + run(e); }
  std::string operator()(const FindMain& e) const { return "find main of " + run(e); }
  std::string operator()(const RunTask& e) const {
    return fmt::format("{} {} of {}", enum_name(e.kind), e.index + 1, run(e));
  }
  std::string operator()(const AwaitReady& e) const { return "await readiness of " + run(e); }
  std::string operator()(const StopAwaiting& e) const { return "stop awaiting " + run(e); }
  std::string operator()(const AskHealth& e) const {
    return fmt::format("probe {} after {}", run(e), format_duration(e.delay));
  }
  std::string operator()(const StopAsking& e) const { return "probe no more " + run(e); }
  std::string operator()(const HealthChanged& e) const {
    return fmt::format("{} {} -> {}", name(e.instance), enum_name(e.from), enum_name(e.to));
  }
  std::string operator()(const KillTasks& e) const { return "kill tasks of " + run(e); }
  std::string operator()(const FreezeRun& e) const { return "freeze " + run(e); }
  std::string operator()(const ThawRun& e) const { return "thaw " + run(e); }
  std::string operator()(const StateChanged& e) const {
    return fmt::format("{} {} -> {}: {}{}", name(e.instance), enum_name(e.from), enum_name(e.to), e.row->why,
                       e.cause.empty() ? "" : " (" + e.cause + ")");
  }
  std::string operator()(const ChangeDone& e) const {
    std::string out = fmt::format("change {} ends:", e.change.value);
    for (const TargetResult& r : e.results)
      out += fmt::format(" {}={}/{}{}", name(r.instance), enum_name(r.outcome), enum_name(r.state),
                         r.cause.empty() ? "" : " (" + r.cause + ")");
    return out;
  }
  std::string operator()(const InstanceVacated& e) const { return name(e.instance) + " has left"; }
  std::string operator()(const ShutdownBegun& e) const { return "shutdown begins: " + e.why; }
  std::string operator()(const Finished& e) const {
    return fmt::format("finished with {}, survivors:{}", e.exit_code, names(e.survivors));
  }
};

}  // namespace

std::string describe(const Cast& cast, const Event& event) { return std::visit(Describe{cast}, event); }
std::string describe(const Cast& cast, const Effect& effect) { return std::visit(Describe{cast}, effect); }

}  // namespace sup::sim
