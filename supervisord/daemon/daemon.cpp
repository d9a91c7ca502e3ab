#include "daemon/daemon.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iterator>
#include <memory>

#include "base/text.hpp"
#include "base/version.hpp"
#include "config/enabled.hpp"
#include "config/paths.hpp"
#include "daemon/applier.hpp"
#include "daemon/beginning.hpp"
#include "daemon/boot_choice.hpp"
#include "daemon/config_source.hpp"
#include "daemon/confirmation.hpp"
#include "daemon/event_hooks.hpp"
#include "daemon/file_watches.hpp"
#include "daemon/handlers.hpp"
#include "daemon/machine_end.hpp"
#include "daemon/main_service.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/own_log.hpp"
#include "daemon/own_signals.hpp"
#include "daemon/places.hpp"
#include "daemon/reexec.hpp"
#include "daemon/say.hpp"
#include "daemon/server.hpp"
#include "daemon/strangers.hpp"
#include "daemon/succession.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/termination_message.hpp"
#include "guard/guard.hpp"
#include "guard/holder.hpp"
#include "spec/absent.hpp"
#include "spec/check.hpp"
#include "spec/check_logs.hpp"
#include "spec/left_out.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "sys/limits.hpp"
#include "sys/lock.hpp"
#include "sys/memory.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"
#include "sys/socket.hpp"
#include "sys/spawn_slots.hpp"

namespace sup {
namespace {

constexpr Duration kDrainPatience = std::chrono::seconds{2};
constexpr Duration kStrangersPatience = std::chrono::seconds{1};

int code(DaemonExit exit) { return static_cast<int>(exit); }

int complain(DaemonExit exit, const std::string& what) {
  fmt::print(stderr, "supervisord: {}\n", what);
  return code(exit);
}

// The parts in the order of their making; destroyed in the reverse order.
class Daemon {
 public:
  static Result<std::unique_ptr<Daemon>> create(SpecSet set, Places places, ContainmentTree containment,
                                                std::unique_ptr<Succession> succession, ConfigSource source,
                                                const sys::NofileLimits& original);
  // Begins with the boot, or goes on where an earlier manager has ended.
  void begin(const std::vector<std::string>& only, const std::vector<std::string>& notes);
  void resume(std::vector<Restored> changed);
  // The exit code; nothing: another program goes on, and this process is to end by _exit(2).
  std::optional<int> run(WorkEnd& work);
  // A worker hangs, and may come back to what is here before the process has ended.
  [[nodiscard]] bool is_held() const { return is_held_; }
  void remember_enabled(EnabledChoices choices) { supervisor_->set_enabled_choices(std::move(choices)); }
  ManagerRecord& record() { return supervisor_->manager_record(); }
  void lend_to_main(OwnStdio stdio) {
    supervisor_->runs().lend(std::string(kMainService), std::move(stdio), Loan::all_runs);
  }

 private:
  Daemon(Places places, ContainmentTree containment, std::unique_ptr<Succession> succession, ConfigSource source,
         std::unique_ptr<log::LogThread> log, const DaemonLogSpec& own)
      : source_(std::move(source)),
        places_(std::move(places)),
        containment_(std::move(containment)),
        succession_(std::move(succession)),
        log_(std::move(log)),
        own_log_(*log_, own.level, own.format) {}

  void on_signals();
  void on_signal(const sys::SignalRecord& record);
  void forward(const sys::SignalRecord& record);
  void on_guard_news();
  void complain_of(const guard::Refusal& refusal);
  [[nodiscard]] bool is_heard(const sys::SignalRecord& record);
  void note_asks(std::uint32_t asks, Signal last);
  void end_on_ask(const guard::World& world);
  void on_log_wake();
  void on_refusal(const log::Refusal& refusal);

  const ConfigSource source_;
  Places places_;
  ContainmentTree containment_;
  std::unique_ptr<Succession> succession_;
  const Strangers strangers_;
  std::unique_ptr<log::LogThread> log_;
  OwnLog own_log_;
  loop::Loop loop_;
  const std::vector<Signal> claimed_ = claimed_signals();
  UniqueFd signals_;
  std::optional<loop::Poll> signals_poll_;
  std::optional<loop::Poll> log_poll_;
  std::optional<loop::Poll> guard_poll_;
  std::unique_ptr<Supervisor> supervisor_;  // After the workers, whose jobs refer to it.
  std::unique_ptr<Workers> workers_;
  std::optional<Reexec> reexec_;
  std::optional<Applier> applier_;
  std::optional<Confirmation> confirmation_;
  std::optional<FileWatches> file_watches_;
  std::optional<EventHooks> event_hooks_;
  std::unique_ptr<Server> server_;
  struct {
    std::uint32_t direct = 0;
    std::uint32_t sent_on = 0;  // By the guard.
  } asks_;                      // For the end, those that this manager has heard.
  Instant next_complaint_;
  bool is_held_ = false;
};

Result<std::unique_ptr<Daemon>> Daemon::create(SpecSet set, Places places, ContainmentTree containment,
                                               std::unique_ptr<Succession> succession, ConfigSource source,
                                               const sys::NofileLimits& original) {
  const DaemonLogSpec own = set.daemon.log;
  const std::optional<std::uint64_t> max_total = set.daemon.log.max_total.bytes;
  LaunchContext context = TRY(launch_context(set, original));
  log::Options log{.delivery = log::Delivery::when_told, .max_total = max_total};
  log.ledger = succession->ledger.is_open() ? succession->ledger.get() : -1;
  auto log_thread = TRY(log::LogThread::start(log));
  std::unique_ptr<Daemon> d(new Daemon(std::move(places), std::move(containment), std::move(succession),
                                       std::move(source), std::move(log_thread), own));
  d->log_->direct_own(TRY(open_own_log(context.logs, own)));
  context.containment = &d->containment_;
  place_launches(context, d->places_, d->succession_->has_world);
  d->workers_ = TRY(Workers::create(d->loop_));
  d->supervisor_ = TRY(Supervisor::create(
      {d->loop_, *d->workers_, *d->log_, d->succession_->records, std::move(context)}, std::move(set)));
  ManagerRecord& record = d->supervisor_->manager_record();
  record.containment = d->containment_.level();
  record.runtime_dir = d->places_.runtime_dir;
  record.socket = d->places_.socket;
  record.identity = d->places_.identity;
  if (d->places_.lock) TRY(guard::Holder::of_this_process().hold(kHeldLock, d->places_.lock->fd()));
  d->reexec_.emplace(d->loop_, *d->workers_, *d->supervisor_);
  d->applier_.emplace(d->loop_, *d->supervisor_, *d->workers_);
  d->file_watches_.emplace(d->loop_, *d->supervisor_, *d->workers_);
  d->event_hooks_.emplace(d->loop_, *d->supervisor_, *d->workers_, d->succession_->records);
  d->confirmation_.emplace(d->loop_, *d->supervisor_, *d->applier_, d->source_);
  d->server_ = TRY(Server::create({d->loop_, *d->supervisor_, *d->workers_, *d->log_, *d->reexec_, *d->applier_,
                                   *d->confirmation_, *d->event_hooks_, d->source_},
                                  d->places_.socket, std::move(d->places_.listener)));
  std::vector<Signal> signals = claimed_signals();
  if (d->supervisor_->world().daemon.forward_signals.empty())
    signals.push_back(Signal{SIGUSR1});
  else
    std::ranges::copy(forwardable_signals(), std::back_inserter(signals));
  d->signals_ = TRY(sys::make_signalfd(signals));
  d->signals_poll_.emplace(d->loop_, d->signals_.get(), loop::Interest::readable,
                           [self = d.get()](loop::Readiness) { self->on_signals(); });
  d->log_poll_.emplace(d->loop_, d->log_->wake_fd(), loop::Interest::readable,
                       [self = d.get()](loop::Readiness) { self->on_log_wake(); });
  if (const int news = guard::Holder::of_this_process().fd(); news >= 0)
    d->guard_poll_.emplace(d->loop_, news, loop::Interest::readable,
                           [self = d.get()](loop::Readiness) { self->on_guard_news(); });
  return d;
}

// In a container 0 is also who stands outside of it.
std::string sender_text(pid_t sender) {
  return sender == 0 && guard::is_of_machine() ? "the kernel" : fmt::format("process {}", sender);
}

void Daemon::on_guard_news() {
  guard::News news = guard::Holder::of_this_process().read_news();
  supervisor_->on_guard_exits(news.exits);
  if (news.trial) reexec_->on_trial(*news.trial);
  for (const guard::Refusal& refusal : news.refusals) complain_of(refusal);
  if (!news.is_gone) return;
  guard_poll_.reset();
  say::error("the guard (pid {}) is gone: going on without it, so nobody starts supervisord again if it dies",
             guard::Holder::of_this_process().guard_pid());
  if (places_.lock) places_.lock->tell(::getpid());
  supervisor_->runs().on_guard_gone();
  reexec_->on_guard_gone();
}

// Where there is no room it is so for each start, so not each is said.
void Daemon::complain_of(const guard::Refusal& refusal) {
  constexpr Duration kPause = std::chrono::minutes(1);
  const Instant now = sys::monotonic_now();
  if (now < next_complaint_) return;
  next_complaint_ = now + kPause;
  say::error("the guard does not hold '{}', which would be lost with this manager: {} (said once a minute)",
             refusal.name, refusal.reason);
}

void Daemon::on_signals() {
  std::array<sys::SignalRecord, 16> records;
  while (const auto count = sys::read_signals(signals_, records)) {
    for (const sys::SignalRecord& record : std::span(records).first(*count)) on_signal(record);
    if (*count < records.size()) return;
  }
}

void Daemon::on_signal(const sys::SignalRecord& record) {
  switch (record.signal.number) {
    case SIGCHLD: return supervisor_->on_child_signal();
    case SIGHUP:
      say::info("HUP: the configuration is read again");
      server_->restore_socket();
      return apply_unasked(*server_);
    case SIGUSR2: say::info("USR2: log files are opened anew"); return log_->reopen_files(), log_->deliver();
    case SIGUSR1:
      if (supervisor_->world().daemon.forward_signals.empty()) return reexec_->begin_by_signal(record);
      return forward(record);
    default:
      if (std::ranges::find(claimed_, record.signal) == claimed_.end()) return forward(record);
      if (is_heard(record)) return;
      say::info("{} from {}: {}", signal_name(record.signal), sender_text(record.sender_pid),
                supervisor_->engine().is_shutting_down()
                    ? "killing what is left"
                    : "shutting down (a second signal kills what is left at once)");
      if (supervisor_->finished()) return event_hooks_->hurry();
      return supervisor_->post(ShutdownRequested{});
  }
}

// Whether this ask for the end is one that was acted upon: who sends it to each process (an init to all of a cgroup,
// pkill) reaches us directly and by way of the guard, and has asked once.
bool Daemon::is_heard(const sys::SignalRecord& record) {
  if (!guard::Holder::of_this_process().is_guarded()) return false;
  const auto number = static_cast<std::uint32_t>(std::max(record.value, 0));  // Of an ask that the guard sent on.
  note_asks(number, record.signal);
  const std::uint32_t heard = std::max(asks_.direct, asks_.sent_on);
  ++(number > 0 ? asks_.sent_on : asks_.direct);
  if (std::max(asks_.direct, asks_.sent_on) > heard) return false;
  say::debug("{} from process {}: it has reached both the guard and us, and is one", signal_name(record.signal),
             record.sender_pid);
  return true;
}

// What was asked for last counts.
void Daemon::note_asks(std::uint32_t asks, Signal last) {
  ManagerRecord& record = supervisor_->manager_record();
  record.asks = std::max(record.asks, asks);
  if (guard::is_of_machine()) record.power = power_asked_by(last.number);
}

// Somebody has asked for the end when there was no manager, or one that died before it could record that.
void Daemon::end_on_ask(const guard::World& world) {
  if (world.asks <= supervisor_->manager_record().asks) return;
  say::info("{} from {}: shutting down", signal_name(world.last_ask), sender_text(world.last_asker));
  note_asks(world.asks, world.last_ask);
  supervisor_->post(ShutdownRequested{});
}

// As `ctl signal` does it. Not said aloud: a terminal that is resized sends many.
void Daemon::forward(const sys::SignalRecord& record) {
  const World& w = supervisor_->world();
  say::debug("{} from process {}: forwarded to {}", signal_name(record.signal), record.sender_pid,
             w.daemon.forward_signals);
  CommandGiven command;
  command.change = supervisor_->next_change();
  command.kind = CommandKind::signal;
  command.targets = find_instances(w, w.daemon.forward_signals);
  command.signal = record.signal;
  supervisor_->post(std::move(command));
}

void Daemon::on_log_wake() {
  server_->on_log_ready(log_->take_ready());
  server_->on_tended(log_->take_tended());
  supervisor_->runs().on_log_fence(log_->passed_fence());
  for (const log::Notice& notice : log_->take_notices()) {
    const bool is_trouble = notice.kind == log::Notice::Kind::trouble;
    say::at(is_trouble ? LogLevel::warning : LogLevel::info, "{}", notice.text);
  }
  for (log::LastWords& words : log_->take_last_words()) supervisor_->note_last_words(std::move(words));
  for (const log::Refusal& refusal : log_->take_refusals()) on_refusal(refusal);
  for (const log::LineFound& found : log_->take_lines_found())
    supervisor_->post(BecameReady{found.service, found.run, ReadyBy::seen});
}

// log.on-full = "stop": as if somebody had asked for it, so it stays down until somebody starts it.
void Daemon::on_refusal(const log::Refusal& refusal) {
  const World& w = supervisor_->world();
  if (!w.is_present(refusal.service)) return;
  say::error("{}: stopping it, since its log does not take its lines (log.on-full): {}", w.name(w.at(refusal.service)),
             refusal.reason);
  CommandGiven command;
  command.change = supervisor_->next_change();
  command.kind = CommandKind::stop;
  command.targets = {refusal.service};
  supervisor_->post(std::move(command));
}

void Daemon::begin(const std::vector<std::string>& only, const std::vector<std::string>& notes) {
  if (!succession_->trouble.empty())
    say::error("the manager before this one {}, and cannot be followed: {}; its services are begun anew",
               how_it_ended(succession_->left.world()), succession_->trouble);
  say::info("supervisord {} started, pid {}, {}, {}", program_version(), guard::supervisor_pid(),
            counted(supervisor_->world().by_name.size(), "service"),
            places_.socket.empty() ? "no control socket" : "socket " + places_.socket);
  for (const std::string& notice : places_.notices) say::warn("{}", notice);
  if (places_.before == sys::SocketPlace::was_stale)
    say::info("removed the stale socket of a supervisord that was killed");
  for (const std::string& notice : containment_.notices()) say::warn("{}", notice);
  if (containment_.level() == Containment::group)
    say::warn("containment is group: a process that leaves the process group of its service outlives it ({})",
              containment_.reason());
  for (const std::string& note : notes)
    if (!note.empty()) say::info("{}", note);
  Boot boot;
  for (const std::string& name : only)
    std::ranges::copy(find_instances(supervisor_->world(), name), std::back_inserter(boot.only));
  supervisor_->post(std::move(boot));
  end_on_ask(succession_->left.world());
}

void Daemon::resume(std::vector<Restored> changed) {
  say_who_goes_on(*succession_);
  for (Restored& one : changed) {
    const World& w = supervisor_->world();
    const ServiceRef now = w.definition(w.at(find_instance(w, one.original.name)));
    supervisor_->overrides().put(
        {std::make_shared<const NamedService>(std::move(one.original)), now, std::move(one.overrides)});
  }
  event_hooks_->settle(succession_->left);
  supervisor_->resume(succession_->records, succession_->left);
  applier_->resume();
  confirmation_->resume();
  file_watches_->resume();
  event_hooks_->resume();
  if (const std::size_t lost = succession_->records.unreadable(); lost > 0)
    say::error("{} that it has left cannot be read: what they were about is as if it had not been recorded",
               counted(lost, "record"));
  for (const guard::NamedFd& unknown : succession_->left.rest()) guard::Holder::of_this_process().drop(unknown.name);
  end_on_ask(succession_->left.world());
}

std::optional<int> Daemon::run(WorkEnd& work) {
  sys::keep_memory_reserve();
  loop_.run();
  if (reexec_->is_leaving()) {
    on_signals();  // What has come before the guard has kept it for who goes on.
    return std::nullopt;
  }
  event_hooks_->finish();
  const int exit_code = supervisor_->finished()->exit_code;
  work.power = supervisor_->manager_record().power;
  work.is_done = true;
  work.is_out_of_patience = supervisor_->world().is_out_of_patience;
  strangers_.end(kStrangersPatience);
  const Instant drained_by = sys::monotonic_now() + kDrainPatience;
  (void)log_->drain(drained_by);  // So that who follows gets the last words of the services.
  server_->wind_up();
  on_log_wake();  // Last words may be among what came.
  write_termination_message(*supervisor_);
  say::info("exiting with code {}", exit_code);
  server_->entrust_clients();
  server_.reset();
  is_held_ = !workers_->end();         // What they are doing refers to the supervisor.
  if (!is_held_) supervisor_.reset();  // It holds the cgroups of runs.
  containment_.destroy();
  (void)log_->drain(drained_by);  // What does not go in time is lost with us.
  return exit_code;
}

// Before other descriptors are opened. Without it starts cost more, and where descriptors are few they are better kept.
void reserve_for_children() {
  constexpr std::uint64_t kEnough = 1'024;
  const auto limits = sys::nofile_limits();
  if (limits && limits->soft >= kEnough) (void)sys::reserve_spawn_slots(Workers::kMost);
}

DaemonExit exit_for(const Error& error) {
  return error.code == Errc::busy ? DaemonExit::already_running : DaemonExit::system;
}

// Whether this program could go on with what another one has recorded. Changes nothing.
int try_succession(const DaemonOptions& options) {
  auto succession = succeed();
  if (!succession) return complain(DaemonExit::system, succession.error().what);
  StateRecords& records = (*succession)->records;
  if (!(*succession)->has_world)
    return complain(DaemonExit::system, fmt::format("supervisord {}: {}", program_version(), (*succession)->trouble));
  Loaded loaded = load_recorded(options, recorded_files(records), Files::dropped);
  if (loaded.has_errors) {
    fmt::print(stderr, "{}", render_all(loaded));
    return complain(DaemonExit::configuration,
                    fmt::format("supervisord {} cannot read the configuration in force", program_version()));
  }
  (void)restore_changes(records, loaded.set);
  if (const std::size_t foreign = count_foreign(records); foreign > 0)
    return complain(DaemonExit::system,
                    fmt::format("supervisord {} cannot read {}", program_version(), counted(foreign, "record")));
  fmt::print("{}", trial_text(program_version()));
  return code(DaemonExit::done);
}

std::optional<int> supervise(DaemonOptions options, WorkEnd& work) {
  const std::string program = own_program();  // Before the working directory is another.
  ConfigSource source(options);               // Likewise.
  auto succession = succeed();
  if (!succession) return complain(DaemonExit::system, succession.error().what);
  const bool has_world = work.has_world = (*succession)->has_world;
  StateRecords& records = (*succession)->records;
  Loaded loaded = has_world ? load_recorded(options, recorded_files(records), Files::dropped)
                            : load_configuration(options, SystemChecks::at_start);
  fmt::print(stderr, "{}", render_all(loaded));
  if (loaded.has_errors)
    return complain(DaemonExit::configuration, "nothing was started: the configuration has errors");
  const auto choice = boot_choice(loaded.set, options);
  if (!choice) return complain(DaemonExit::usage, choice.error().what);
  const auto former = has_world ? records.all<ManagerRecord>(RecordKind::manager)
                                : std::vector<std::pair<std::uint64_t, ManagerRecord>>();
  if (!former.empty()) options.is_terminal_free = former.front().second.is_terminal_free;
  const auto original = sys::raise_nofile();
  if (!original) return complain(DaemonExit::system, original.error().what);
  reserve_for_children();
  if (const auto subreaper = sys::become_subreaper(); !subreaper)
    return complain(DaemonExit::system, subreaper.error().what);
  std::vector<Restored> changed;
  if (has_world) changed = restore_changes(records, loaded.set);
  if (!has_world) record_files(records, loaded.files);
  auto places = has_world ? resume_places(records, (*succession)->left) : take_places(loaded.set.daemon);
  if (!places) return complain(exit_for(places.error()), places.error().what);
  const pid_t guard = guard::Holder::of_this_process().guard_pid();
  const auto leftovers = has_world ? Leftovers::keep : Leftovers::end;
  // Runs are known by what they were begun with, whatever would be chosen now.
  if (!former.empty()) loaded.set.daemon.containment = former.front().second.containment;
  auto containment = ContainmentTree::choose(loaded.set.daemon.containment, places->identity, guard, leftovers);
  if (!containment) return complain(DaemonExit::system, containment.error().what);
  if (::chdir("/") != 0) return complain(DaemonExit::system, fmt::format("cannot go to '/': {}", errno_text(errno)));
  EnabledChoices choices = take_enabled_choices(loaded.set);
  leave_out(loaded.set, *choice);
  const std::vector<std::string> notes{left_out_text(loaded.set), absent_text(loaded.set)};
  auto main_stdio = options.main_command.empty() ? std::nullopt : stdio_of_main(loaded.set, options);
  auto daemon = Daemon::create(std::move(loaded.set), std::move(*places), std::move(*containment),
                               std::move(*succession), std::move(source), *original);
  if (!daemon) return complain(exit_for(daemon.error()), daemon.error().what);
  (*daemon)->remember_enabled(std::move(choices));
  if (main_stdio) (*daemon)->lend_to_main(std::move(*main_stdio));
  (*daemon)->record().program = program;
  (*daemon)->record().is_terminal_free = options.is_terminal_free;
  if (has_world)
    (*daemon)->resume(std::move(changed));
  else
    (*daemon)->begin(choice->only, notes);
  const auto exit_code = (*daemon)->run(work);
  if (!exit_code || (*daemon)->is_held()) (void)daemon->release();
  return exit_code;
}

}  // namespace

int check_configuration(const DaemonOptions& options) {
  const Loaded loaded = load_configuration(options, SystemChecks::on);
  fmt::print(stderr, "{}", render_all(loaded));
  if (loaded.has_errors) return code(DaemonExit::configuration);
  if (const auto choice = boot_choice(loaded.set, options); !choice)
    return complain(DaemonExit::usage, choice.error().what);
  fmt::print("{}, no errors\n", contents_text(loaded.set));
  return code(DaemonExit::done);
}

std::optional<int> run_daemon(const DaemonOptions& options) {
  if (guard::is_trial()) return try_succession(options);
  WorkEnd work;
  const auto exit_code = supervise(options, work);
  if (exit_code && guard::is_of_machine())
    end_machine(work);  // Returns if that is to be tried again.
  else if (exit_code)
    guard::Holder::of_this_process().say_goodbye(*exit_code);
  return exit_code;
}

}  // namespace sup
