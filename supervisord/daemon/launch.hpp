// Launch: one run, from its definition to a running program. Done on a worker, since everything here may block.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "daemon/attributes.hpp"
#include "daemon/containment.hpp"
#include "daemon/environment.hpp"
#include "daemon/fd_stores.hpp"
#include "daemon/log_target.hpp"
#include "daemon/resources.hpp"
#include "daemon/workers.hpp"
#include "log/log_thread.hpp"
#include "spec/check.hpp"
#include "spec/spec_set.hpp"
#include "sys/child.hpp"
#include "sys/process.hpp"

namespace sup {

// Descriptors that launches leave free, so that the control socket, the logs and the reaper work when services have
// taken all others.
inline constexpr std::uint64_t kReservedDescriptors = 32;

// What the loop and a worker both touch while a launch is under way. Before its process there is much that may not end
// (an account database that does not answer, a dead disk), and who does not want the run any more does not wait for it.
class LaunchShared {
 public:
  sys::SpawnInProgress in_progress;

  // For the worker, just before it makes the process: false if it may not, since the launch was given up.
  [[nodiscard]] bool begin() noexcept {
    Step expected = Step::preparing;
    return step_.compare_exchange_strong(expected, Step::begun);
  }
  // For the loop: true if no process is made any more. Else there is one, or will be in an instant.
  [[nodiscard]] bool give_up() noexcept {
    Step expected = Step::preparing;
    return step_.compare_exchange_strong(expected, Step::given_up) || expected == Step::given_up;
  }
  [[nodiscard]] bool is_given_up() const noexcept { return step_.load() == Step::given_up; }

 private:
  enum class Step : std::uint8_t { preparing, begun, given_up };
  std::atomic<Step> step_ = Step::preparing;
};
inline constexpr const char* kGivenUp = "stopped before it was begun";

// What is the same for all launches. Constant once the daemon runs.
struct LaunchContext {
  std::vector<std::pair<std::string, std::string>> own_environment;
  Environment daemon_environment;
  AttributeDefaults attribute_defaults;
  std::uint64_t own_nofile = 0;     // The soft limit of supervisord itself.
  std::uint64_t needed_nofile = 0;  // An estimate for all services, for the message when it is too low.
  sys::SignalSet ignored_signals;
  LogDefaults logs;
  LogFormatDefaults log_formats;
  std::string notify_dir;         // Where the sockets for sd_notify(3) are; empty: in the abstract namespace.
  std::string credentials_place;  // Where the directories of credentials are; empty: nowhere.
  ContainmentTree* containment = nullptr;
};

// Somebody's own input and output instead of the service's log. Or his input alone, if the other two are closed.
struct OwnStdio {
  std::array<UniqueFd, 3> fds;
  bool is_terminal = false;  // Becomes the controlling terminal of the command.
};

struct LaunchOrder {
  ServiceRef service;
  std::string name;  // Of the instance.
  InstanceId instance;
  RunId run;
  InvocationId invocation;
  LaunchShared* shared = nullptr;
  const sys::Cgroup* group = nullptr;              // Of the run; null: it has none yet.
  std::string notify_address;                      // For a task: of the run's socket, if it may speak to it.
  std::optional<OwnStdio> stdio = {};              // For the main process.
  std::uint32_t serial = 0;                        // Of the task; 0: it is the main process.
  std::atomic<std::int32_t>* pid_place = nullptr;  // In the table of launches, if there is one.
  Result<std::vector<GivenFd>> stored = {};        // What it finds of what it has stored; why it cannot be had.
};

[[nodiscard]] inline Asks asked_by(const LaunchOrder& order) {
  return needs_accounts(order.service->spec) ? Asks::accounts : Asks::nobody;
}

// Names a launch for as long as it has not answered.
struct LaunchId {
  InstanceId instance;
  RunId run;
  const LaunchShared* shared = nullptr;

  explicit LaunchId(const LaunchOrder& order) : instance(order.instance), run(order.run), shared(order.shared) {}
};

// Where a run says what it has to say.
struct NotifyPlace {
  UniqueFd socket;
  std::string address;  // As in NOTIFY_SOCKET.
  uid_t owner = 0;      // As whom the service runs.
};

struct Launched {
  sys::ProcessRef process;
  std::vector<log::Source> sources;      // The read ends of its output, to be attached.
  UniqueFd terminal;                     // The master of its terminal, if it has one: where somebody types.
  std::optional<sys::Cgroup> group;      // Of the run, if it was made here.
  std::optional<sys::Cgroup> own_group;  // Of a task.
  std::optional<NotifyPlace> notify;     // Of the main process, if it may speak.
  UniqueFd ready;                        // Where it says that it is ready (ready.fd), if it is to say it so.
  std::vector<UnmetResource> unmet;      // Of the run's `resources`, where `group` was to be made here.
};

// A command beside the main process of a service.
struct TaskOrder {
  LaunchOrder run;
  Command command;
  std::string name;           // "pre-start.1", unique in the run while it is under way.
  std::vector<EnvEntry> env;  // Besides that of the service; wins.
  std::optional<OwnStdio> stdio;
};

// Errors: the failing step with its object, named by the user's key: "working-dir '/srv/x': No such file or directory".
[[nodiscard]] Result<Launched> launch(const LaunchContext& context, const LaunchOrder& order);
// The name of a run's cgroup: unique even beside one that an earlier life could not remove.
[[nodiscard]] std::string group_name(const std::string& instance, const InvocationId& invocation);
// The name of the socket for sd_notify(3) of a run in LaunchContext::notify_dir.
[[nodiscard]] std::string notify_name(const std::string& instance, RunId run);
// Removes what supervisords and managers that were killed have left there, but for these.
void remove_voices_but(const std::string& notify_dir, std::span<const std::string> names);
// Where the credentials of a run are.
[[nodiscard]] std::string credentials_directory(const LaunchContext& context, const std::string& instance,
                                                const InvocationId& invocation);
[[nodiscard]] Result<Launched> launch_task(const LaunchContext& context, const TaskOrder& order);

}  // namespace sup
