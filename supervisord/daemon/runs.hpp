// Runs: the processes behind the engine's runs. Starts them, signals them, notices their ends, and knows what belongs
// to them.
//
// A run is its main process and everything that descends from it. What that is, is known in two ways: descendants that
// have lost their parent come to us, because we are a sub-reaper, and say by their session or by INVOCATION_ID in their
// environment whose they are, or were seen below the main process when it was told to end; the others are found below
// the main process and below those. What has neither our session nor our environment, and loses its parent by a crash,
// is not known to be ours. Where /proc is missing only the process group of the main process is known.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "base/signals.hpp"
#include "daemon/launch.hpp"
#include "daemon/workers.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "log/log_thread.hpp"
#include "loop/loop.hpp"
#include "sys/epoll_set.hpp"
#include "sys/process.hpp"
#include "sys/process_tree.hpp"

namespace sup {

// One live run.
struct Run {
  RunId id;
  InvocationId invocation;
  std::unique_ptr<LaunchShared> shared;  // While its launch is under way, else null.
  std::vector<SignalRun> pending;        // Signals that wait for the end of the launch.
  sys::ProcessRef main;
  ExitStatus status;                    // Of the main process, once it is gone.
  std::vector<pid_t> orphans;           // Our children that belong to it.
  std::vector<sys::ProcessFacts> seen;  // What was below it when it was told to end.
  bool main_is_gone = false;
  bool is_doomed = false;  // KILL has been sent: what turns up later gets it too.
};

class Runs {
 public:
  using Post = std::move_only_function<void(Event)>;

  // `post` takes what happens. Must be made on the main thread. Errors: sys.
  static Result<std::unique_ptr<Runs>> create(loop::Loop& loop, Workers& workers, log::LogThread& log,
                                              LaunchContext context, std::size_t instances, Post post);

  void begin(const SpawnRun& effect, const NamedService& service);
  void signal(const SignalRun& effect);
  void kill(const KillRun& effect);
  // SIGCHLD has arrived.
  void on_child_signal();

  // The live run of an instance, or null.
  [[nodiscard]] const Run* find(InstanceId instance) const { return runs_[instance.value].get(); }
  [[nodiscard]] const LaunchContext& context() const { return context_; }

 private:
  Runs(loop::Loop& loop, Workers& workers, log::LogThread& log, LaunchContext context, std::size_t instances, Post post,
       sys::EpollSet exits, std::optional<sys::Orphans> orphans);

  Run* live(InstanceId instance, RunId run);
  void on_launched(InstanceId instance, RunId run, Result<Launched> launched);
  void on_exits();
  void on_main_exit(InstanceId instance, ExitStatus status);
  void reap_orphans();
  void look_around();
  bool adopt_orphans();
  bool adopt(pid_t pid);
  [[nodiscard]] std::optional<InstanceId> owner_of(pid_t pid) const;
  void settle_ends();
  [[nodiscard]] bool has_rest(const Run& run) const;
  void look_below(Run& run) const;
  [[nodiscard]] std::vector<pid_t> roots_of(const Run& run) const;
  static bool was_seen(const Run& run, pid_t pid);
  void send(const Run& run, const SignalRun& effect);
  void send_to_all(const Run& run, Signal signal);

  Workers& workers_;
  log::LogThread& log_;
  const LaunchContext context_;
  Post post_;
  std::vector<std::unique_ptr<Run>> runs_;               // By instance; null: none is alive.
  std::unordered_map<pid_t, InstanceId> orphan_owners_;  // kNoInstance: belongs to no run.
  std::vector<InstanceId> ending_;       // Main process gone; it is not known yet whether anything is left.
  std::vector<InstanceId> draining_;     // Main process gone, others alive.
  sys::EpollSet exits_;                  // The pidfds of all main processes, by instance.
  std::optional<sys::Orphans> orphans_;  // Empty without /proc.
  loop::Poll poll_;
};

}  // namespace sup
