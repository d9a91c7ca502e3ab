// Runs: the processes behind the engine's runs. Starts them, signals them, notices their ends, and knows what belongs
// to them.
//
// A run is its main process, its tasks (hooks and stop commands), and everything that descends from them. What that is,
// is known by its cgroup, which holds all of it but what a privileged process has moved out. Without one, and for
// those, it is known in two ways: descendants that have lost their parent come to us, because we are a sub-reaper, and
// say by their session or by INVOCATION_ID in their environment whose they are, or were seen below the main process
// when it was told to end; the others are found below the main process and below those. What has neither our session
// nor our environment, and loses its parent by a crash, is not known to be ours then. Where /proc is missing, too, only
// the process group of the main process is known.
//
// The files: runs.cpp beginning and forgetting, run_signals.cpp what is sent, run_ends.cpp ends and orphans,
// run_tasks.cpp hooks, run_main.cpp the main process of forking services, run_notify.cpp and run_ready.cpp what runs
// say of themselves, run_records.cpp what a next manager must know of them, run_resume.cpp how it takes them over.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/exit_status.hpp"
#include "base/ids.hpp"
#include "base/signals.hpp"
#include "daemon/fd_stores.hpp"
#include "daemon/launch.hpp"
#include "daemon/launch_output.hpp"
#include "daemon/manager_records.hpp"
#include "daemon/resumption.hpp"
#include "daemon/state_records.hpp"
#include "daemon/workers.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "log/log_thread.hpp"
#include "loop/loop.hpp"
#include "sys/cgroup_watch.hpp"
#include "sys/datagram.hpp"
#include "sys/epoll_set.hpp"
#include "sys/oracle.hpp"
#include "sys/process.hpp"
#include "sys/process_tree.hpp"
#include "wire/notify_message.hpp"

namespace sup {

// One command of a run beside its main process.
struct TaskRun {
  RunTask order;
  std::uint32_t serial = 0;              // Unique in its run.
  std::unique_ptr<LaunchShared> shared;  // While its launch is under way, else null.
  std::optional<LaunchTable::Slot> slot;
  std::vector<Signal> pending;  // Signals that wait for the end of the launch.
  std::string name;             // "pre-start.1", also of its group.
  sys::ProcessRef process;
  std::optional<sys::Cgroup> group;  // Of its own, below that of the run.
  std::string failure;               // Once it is over; empty: it succeeded.
  bool is_over = false;              // Its process has ended; what that has left is being killed.
  bool is_doomed = false;            // KILL has been sent.
  Instant doomed_since;              // When it was sent first.
  bool is_watched = false;           // Changes of its cgroup are reported.
  // For a command that no setting names: told instead of the engine, once, when all of it is gone.
  std::move_only_function<void(const Result<ExitStatus>&)> done;
  ExitStatus status;
  std::unique_ptr<loop::Timer> patience;  // It was asked to end.
};

// Who wants a command: somebody who asked for it, or a probe, which may also look at what goes on without a main
// process.
enum class ExecPurpose : std::uint8_t { asked, probe };

// A command that somebody wants to run beside a service.
struct ExecOrder {
  InstanceId instance;
  ExecPurpose purpose = ExecPurpose::asked;
  Command command;
  OwnStdio stdio;
  // Told once: how it ended, or why it was not started. Never during exec().
  std::move_only_function<void(const Result<ExitStatus>&)> done;
};
// For how long a service has somebody's input and output.
enum class Loan : std::uint8_t { one_run, all_runs };
struct Lent {
  OwnStdio stdio;
  Loan loan = Loan::one_run;
};

// Names such a command for as long as it is there.
struct ExecId {
  InstanceId instance;
  RunId run;
  std::uint32_t serial = 0;
};

// Where a run says what it has to say, and what it has said.
struct Voice {
  UniqueFd socket;
  std::string address;
  uid_t owner = 0;
  NotifyAccess access = NotifyAccess::all;
  std::string status;  // STATUS.
  std::string error;   // ERRNO, BUSERROR or VARLINKERROR, as people read it.
  std::optional<std::int32_t> exit_status;
  bool has_warned = false;     // Of a message that was dropped: once for each run.
  bool has_told_full = false;  // That something was not stored, likewise.
  bool is_looked_at = false;   // Messages stay where they are until what follows from them is recorded:
  std::size_t looked_at = 0;   // so many of them do.
  loop::Poll poll;

  [[nodiscard]] std::string says() const;
};

// The pipe through which a run with ready.fd says that it is ready.
struct ReadyPipe {
  UniqueFd pipe;
  std::size_t heard = 0;  // Bytes, none of them a newline.
  loop::Timer close_patience;
  loop::Poll poll;
};

// The search for the daemon that a launcher has left.
struct MainSearch {
  pid_t candidate = 0;  // Of the look before.
  Instant candidate_since;
  Instant begun;
  loop::Timer next_look;
};

// A pause by signals, until all stand still.
struct Freezing {
  Duration pause;  // Until the next look.
  loop::Timer next_look;
};

// An instance by its name, and what it is made from.
struct Named {
  std::string name;
  ServiceRef service;
};

// One run, from its first process until the engine has done with it.
struct Run {
  RunId id;
  InstanceId instance;
  InvocationId invocation;
  ServiceRef service;                    // As it was when the run began.
  std::string name;                      // Of the instance, likewise.
  WallTime begun_at;                     // As the kernel stamps files.
  std::unique_ptr<LaunchShared> shared;  // While the launch of its main process is under way, else null.
  std::optional<LaunchTable::Slot> slot;
  Rare<std::vector<SignalRun>> pending;  // Signals that wait for the end of the launch.
  Rare<std::vector<std::pair<RunTask, std::vector<EnvEntry>>>> pending_tasks;  // Likewise.
  std::optional<sys::Cgroup> group;  // Not to be touched while a launch is under way that may make it.
  sys::ProcessRef main;              // pid 0: it has none yet.
  pid_t main_group = 0;              // Its process group.
  ExitStatus status;                 // Of the main process, once it is gone.
  UniqueFd terminal;                 // The master of its terminal, if it has one; without it the service is hung up.
  std::vector<std::unique_ptr<TaskRun>> tasks;
  std::uint32_t last_task = 0;
  std::unique_ptr<MainSearch> search;
  std::unique_ptr<Freezing> freezing;         // Where STOP has to do.
  std::unique_ptr<Voice> voice;               // Null: nobody listens.
  std::unique_ptr<ReadyPipe> ready;           // Null: it does not, or has said it.
  pid_t next_main = 0;                        // Said to be the main process when the present one has ended.
  std::vector<pid_t> orphans;                 // Our children that belong to it.
  Rare<std::vector<sys::ProcessFacts>> seen;  // What was below it when it was told to end.
  Rare<std::string> survivors;                // What was alive at the last KILL, and what it was doing.
  std::uint32_t told = 0;                     // The serial of the last signal that was sent.
  bool is_noted = false;                      // To be recorded at the end of the turn.
  bool is_executing = false;      // Of an earlier manager, which was killed before its program was seen to be executed.
  bool main_is_gone = true;       // Or has not come yet.
  bool is_host = false;           // It is there for the probes of something external, and never has a program.
  bool is_left = false;           // A host that is not needed any more: goes with its last probe.
  bool is_over = false;           // Nothing of it is alive, and the engine knows.
  bool is_doomed = false;         // KILL has been sent: what turns up later gets it too.
  Instant doomed_since;           // When it was sent first.
  Instant waned_at;               // When those who had got it were seen to be fewer,
  std::size_t doomed = 0;         // and how many they were.
  bool is_watched = false;        // Changes of its cgroup are reported.
  Rare<ResourcesSpec> resources;  // What its group was told.
  Rare<std::vector<UnmetResource>> unmet;  // What of it could not be had.
};

// Of what ended while nobody was there who could be told how.
inline constexpr ExitStatus kUnknownEnd{.code = 255};

// A run that an earlier manager has recorded.
struct ResumedRun {
  RunId id;
  InstanceId instance;
  Named named;
  RunRecord record;
};

// A launch that nobody waits for any more, and that has not answered.
struct GivenUpLaunch {
  RunId run;
  std::unique_ptr<LaunchShared> shared;
};

// To whom an orphan belongs.
struct Owner {
  InstanceId instance = kNoInstance;  // kNoInstance: to no run.
  std::uint32_t task = 0;             // The serial of the task that left it; 0: it is not known, or there is none.
};

// Where to look for the processes of a run, for somebody on another thread.
struct RunView {
  pid_t main = 0;  // 0: it has none.
  std::vector<pid_t> tasks;
  std::vector<pid_t> roots;  // From whom all others descend, where there is no cgroup.
  std::string cgroup;        // Its name; empty: it has none.
};

class Runs {
 public:
  using Post = std::move_only_function<void(Event)>;
  static constexpr Duration kLookAgain = std::chrono::milliseconds{100};
  // A daemon that makes itself in two steps leaves a process for an instant, which on its way out has no environment
  // any more, and whose child has not come to us yet. Who stays longer is a stranger.
  static constexpr Duration kPassing = std::chrono::milliseconds{20};
  // So long the loop may stand still for a process whose memory stands still.
  static constexpr Duration kAnswerPatience = std::chrono::milliseconds{100};
  // Who is alive so long after KILL hangs in the kernel: a large process or a busy machine may take two seconds. While
  // they become fewer they are on their way, but who waits is told in the end.
  static constexpr Duration kKillPatience = std::chrono::milliseconds{2500};
  static constexpr Duration kLongestKillPatience = std::chrono::seconds{10};

  // `post` takes what happens. Must be made on the main thread. Errors: sys.
  static Result<std::unique_ptr<Runs>> create(loop::Loop& loop, Workers& workers, log::LogThread& log,
                                              StateRecords& records, FdStores& stores, LaunchContext context,
                                              Post post);

  // `named` is the instance's name and definition: a run keeps those that it began with.
  void begin(const SpawnRun& effect, Named named);
  // The first run of the service of this name gets these instead of its log, or each of its runs.
  void lend(const std::string& service, OwnStdio stdio, Loan loan = Loan::one_run) {
    lent_.insert_or_assign(service, Lent{std::move(stdio), loan});
  }
  void find_main(const FindMain& effect);
  // `env` is for this task alone.
  void run_task(const RunTask& effect, Named named, std::vector<EnvEntry> env);
  void kill_tasks(const KillTasks& effect);
  // A place for the commands that ask whether something external is there. Content if there is one.
  void host(InstanceId instance, RunId run, Named named);
  void stop_hosting(InstanceId instance);
  // Runs a command in the place of a run. Errors: not_found if there is no main process to be beside.
  Result<ExecId> exec(ExecOrder order);
  // Nobody waits for it any more: TERM, and KILL if that does not help. Content if it is over.
  void end_exec(const ExecId& id);
  // The same, with KILL at once, for all that it has made.
  void kill_exec(const ExecId& id);
  // Whether such a command has been sent KILL and is not over.
  [[nodiscard]] bool has_doomed_exec(InstanceId instance) const;
  void freeze(const FreezeRun& effect);
  void thaw(const ThawRun& effect);
  void signal(const SignalRun& effect);
  void kill(const KillRun& effect);
  // Its definition has changed in what holds for a live run, and its group was told so.
  void redefine(InstanceId instance, const ServiceRef& service, std::vector<UnmetResource> unmet);
  // The engine has done with the run of this instance: nothing of it is alive.
  void forget(InstanceId instance);
  // The instance has left, and the next one of this id has nothing to do with it.
  void vacate(InstanceId instance, const std::string& service) {
    log_.forget(instance);
    lent_.erase(service);
  }
  // At the end of a turn: hands what is left of forgotten runs to a worker.
  void clean_up();
  // SIGCHLD has arrived.
  void on_child_signal();
  // Does it when the output of all runs that were taken over is read again: at once, if none is missing.
  void when_output_is_resumed(std::move_only_function<void()> action);
  [[nodiscard]] bool is_resuming_output() const { return resuming_outputs_ > 0; }

  // What has changed is put to the records; they are committed by the caller, who then says so: only now what was seen
  // may be taken from the kernel.
  void record();
  void on_recorded();
  // The log thread has gone on.
  void on_log_fence(std::uint64_t passed);
  // What was left in pipes when an earlier manager was killed is read. Before resume().
  void resume_left_output(const LeftOutputRecord& record, InstanceId instance, const Named& whose, Resumption& left);
  // What was ordered is recorded: another manager knows for which run a process was made, and never makes a second one.
  void begin_launches();
  // Takes over the runs of an earlier manager, once, before anything is begun.
  void resume(std::vector<ResumedRun> runs, Resumption& left);
  // The guard has reaped a process that was ours, or an orphan of one of ours.
  void on_guard_exits(std::span<const guard::Exit> exits);
  void on_guard_gone();

  // The live run of an instance, or null.
  [[nodiscard]] const Run* find(InstanceId instance) const {
    return instance.value < runs_.size() ? runs_[instance.value].get() : nullptr;
  }
  [[nodiscard]] const LaunchContext& context() const { return context_; }
  // A worker is making its group now, by a definition that may change meanwhile.
  [[nodiscard]] bool is_in_the_making(InstanceId instance) const;
  // Nothing if no process of the instance is known.
  [[nodiscard]] std::optional<RunView> view(InstanceId instance) const;

 private:
  Runs(loop::Loop& loop, Workers& workers, log::LogThread& log, StateRecords& records, FdStores& stores,
       LaunchContext context, Post post, sys::EpollSet exits);

  // runs.cpp
  Run* live(InstanceId instance, RunId run);
  [[nodiscard]] std::optional<OwnStdio> take_lent(const std::string& service);
  [[nodiscard]] std::optional<LaunchTable::Slot> take_slot(RunId run, std::uint32_t serial);
  void give_back(std::optional<LaunchTable::Slot>& slot);
  Run& live_or_new(InstanceId instance, RunId run, Named named);
  void on_launched(const LaunchId& id, Result<Launched> launched);
  bool give_up_launch(Run& run);
  bool was_given_up(const LaunchId& id);
  void bury(Run& run);
  void attach(std::vector<log::Source> sources);
  void note_unmet(Run& run, std::vector<UnmetResource> unmet);

  // run_tasks.cpp
  std::uint32_t add_task(InstanceId instance, Run& run, std::unique_ptr<TaskRun> task, TaskOrder order);
  void on_task_launched(const LaunchId& id, std::uint32_t serial, Result<Launched> launched);
  void on_task_exit(InstanceId instance, Run& run, TaskRun& task, ExitStatus status);
  bool give_up_launch(const Run& run, TaskRun& task);
  void kill_task(const Run& run, TaskRun& task);
  void tell_end(InstanceId instance, const Run& run, TaskRun& task);
  void settle_tasks();
  [[nodiscard]] bool task_has_rest(InstanceId instance, const Run& run, TaskRun& task);
  [[nodiscard]] static std::vector<pid_t> members_of(const TaskRun& task);
  static TaskRun* find_task(Run& run, std::uint32_t serial);
  [[nodiscard]] bool has_rest_outside_groups(const TaskRun& task);
  [[nodiscard]] bool is_of_task(pid_t orphan, const TaskRun& task) const;

  // run_notify.cpp
  void listen(InstanceId instance, Run& run, NotifyPlace place);
  void hear_all(InstanceId instance, Run& run);
  Result<std::optional<sys::Datagram>> next_message(InstanceId instance, Run& run);
  void hear(InstanceId instance, Run& run, sys::Datagram message);
  void obey(InstanceId instance, Run& run, const wire::NotifyMessage& message, std::vector<UniqueFd> fds);
  void keep_fds(InstanceId instance, Run& run, const wire::NotifyMessage& message, std::vector<UniqueFd> fds);
  void take_heard();
  void hear_passed_over(InstanceId instance, Run& run);
  void note_next_main(InstanceId instance, Run& run, const wire::NotifyMessage& message,
                      const std::vector<UniqueFd>& fds);
  bool take_next_main(InstanceId instance, Run& run);
  [[nodiscard]] bool may_speak(const Run& run, const sys::Datagram& message) const;
  static void complain(Run& run, std::string_view what);

  // run_ready.cpp
  void await_newline(InstanceId instance, Run& run, UniqueFd pipe);
  void hear_ready(InstanceId instance, Run& run);
  void end_ready(InstanceId instance, Run& run, std::string failure);

  // run_main.cpp
  void look_for_main(InstanceId instance, RunId run);
  void judge_main(InstanceId instance, RunId run, const std::optional<Result<pid_t>>& told);
  bool take_main(InstanceId instance, Run& run, pid_t pid);
  [[nodiscard]] Result<pid_t> main_by_pid_file(const Run& run, const Result<pid_t>& told) const;
  [[nodiscard]] Result<pid_t> main_by_descent(const Run& run) const;

  // run_ends.cpp
  void on_exits();
  void on_exit(std::uint64_t token);
  void on_main_exit(InstanceId instance, ExitStatus status);
  [[nodiscard]] Result<std::optional<ExitStatus>> end_of(const sys::ProcessRef& process);
  void reap_orphans();
  void on_orphan_end(const sys::Reaped& reaped);
  void look_around();
  bool adopt_orphans();
  void add_orphans_of_guard(std::vector<pid_t>& pids);
  bool adopt(pid_t pid);
  [[nodiscard]] Owner owner_of(pid_t pid);
  [[nodiscard]] Owner owner_by_session(pid_t session) const;
  [[nodiscard]] std::optional<InstanceId> find_run(const std::function<bool(const Run&)>& is_wanted) const;
  void settle_ends();
  void tell_end(InstanceId instance, Run& run);
  [[nodiscard]] static LimitsHit limits_hit(const Run& run);
  [[nodiscard]] bool has_rest(InstanceId instance, Run& run);
  [[nodiscard]] bool may_be_populated(const sys::Cgroup& group);
  void watch(InstanceId instance, Run& run);

  // run_records.cpp
  [[nodiscard]] static RunRecord record_of(const Run& run);
  void note(Run& run);
  void unrecord(const Run& run);
  void drop_held(const Run& run, std::uint32_t serial);
  [[nodiscard]] bool keeps_ends() const { return records_.are_kept() && orphans_.has_value(); }

  // run_resume.cpp
  void resume_run(ResumedRun& resumed, Resumption& left);
  void resume_main(Run& run, const RunRecord& record, Resumption& left);
  void resume_task(Run& run, const TaskRecord& record, Resumption& left);
  void resume_output(Run& run, std::uint32_t serial, Resumption& left);
  void resume_voice(Run& run, const RunRecord& record, Resumption& left);
  static void know_owner(Run& run);
  void watch_executing();
  void signal_orphan(pid_t pid, Signal signal) const;

  // run_signals.cpp
  void look_below(Run& run) const;
  [[nodiscard]] std::vector<pid_t> roots_of(const Run& run) const;
  bool hangs_after_kill(Run& run);
  [[nodiscard]] std::vector<pid_t> members_of(const Run& run) const;
  static bool was_seen(const Run& run, pid_t pid);
  static void signal_below(pid_t root, Signal signal);
  static void signal_task_groups(const Run& run, Signal signal);
  void signal_launching_tasks(const Run& run, const SignalRun& effect);
  void send(Run& run, const SignalRun& effect);
  void send_once(const Run& run, const SignalRun& effect);
  void stop_all(InstanceId instance, Run& run);
  void send_to_all(const Run& run, Signal signal);
  void send_by_descent(const Run& run, Signal signal, std::span<const pid_t> reached);

  // Pipes that the guard has until the log has read what is in them.
  struct LeftOutput {
    RunId run;
    std::uint32_t serial = 0;
    std::uint64_t fence = 0;  // 0: it is not raised yet.
    bool is_flushed = true;   // Nothing was to be attached any more when the run was over.
  };
  void let_go(const LeftOutput& output);
  void record_left_output(const LeftOutputRecord& record);
  void raise_fence();
  void read_again(LaunchOrder order, pid_t pid, KeptOutput kept);

  struct PreparedLaunch {
    Work work;
    Asks asks = Asks::nobody;
  };
  void prepare_launch(Work work, Asks asks);

  loop::Loop& loop_;
  Workers& workers_;
  log::LogThread& log_;
  StateRecords& records_;
  FdStores& stores_;
  const LaunchContext context_;
  Post post_;
  std::vector<std::unique_ptr<Run>> runs_;  // By instance; null: none is alive.
  std::unordered_map<pid_t, Owner> orphan_owners_;
  std::unordered_map<pid_t, Instant> strangers_since_;  // Of those that belong to no run: when they came.
  std::map<std::string, Lent> lent_;                    // By service.
  std::vector<InstanceId> ending_;    // Main process gone; it is not known yet whether anything is left.
  std::vector<InstanceId> draining_;  // Main process gone, others alive.
  std::vector<InstanceId> tasking_;   // A task's process is gone; it is not known yet whether anything is left of it.
  std::vector<GivenUpLaunch> given_up_;
  std::vector<std::unique_ptr<Run>> lingering_;  // Forgotten, but such a launch may look at their group.
  std::vector<sys::Cgroup> empty_groups_;        // Of forgotten runs.
  std::vector<std::string> old_sockets_;         // Likewise.
  std::vector<std::string> old_credentials_;     // Directories of runs that are over.
  std::set<std::string> warned_;                 // Services whose limits cannot be had: said once, not at each restart.
  sys::EpollSet exits_;                          // The pidfds of all main processes and tasks, and the watch; by token.
  std::optional<sys::CgroupWatch> watch_;        // Of draining cgroups. Empty without cgroups.
  std::optional<sys::Orphans> orphans_;          // Empty without /proc.
  std::vector<InstanceId> noted_;                // Whose run is to be recorded.
  std::vector<PreparedLaunch> prepared_;         // For when it is.
  std::deque<LeftOutput> left_outputs_;          // In the order of their fences.
  std::vector<LaunchTable::Slot> done_slots_;    // Of launches that have answered, until that is recorded.
  std::vector<pid_t> unreaped_;                  // Ends that were seen, likewise.
  std::vector<std::pair<InstanceId, RunId>> heard_;  // Whose messages were, likewise.
  std::unordered_map<pid_t, Owner> adopted_;         // Children of the guard that are main processes or tasks.
  std::optional<sys::Orphans> guard_orphans_;        // Who came to the guard, where there was a manager before us.
  std::set<pid_t> orphans_of_guard_;                 // Of those in orphan_owners_.
  std::size_t resuming_outputs_ = 0;                 // Whose logs a worker opens,
  std::vector<std::move_only_function<void()>> awaiting_outputs_;  // and who waits for that.
  bool is_guard_gone_ = false;
  bool is_undecided_ = false;            // Whose an orphan is cannot be asked at the moment: nothing is over.
  bool is_somebody_passing_ = false;     // Somebody whose child may be of a run has just come.
  sys::Oracle oracle_{kAnswerPatience};  // For what a process keeps in its own memory.
  loop::Poll poll_;
  loop::Timer look_again_;  // For what the kernel could not tell or would not watch.
  loop::Timer look_soon_;   // For what is over without an end of a process.
  loop::Timer executing_;   // For programs that an earlier manager has begun.
};

}  // namespace sup
