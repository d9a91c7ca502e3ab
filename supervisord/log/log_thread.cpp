#include "log/log_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "base/refusable.hpp"
#include "log/board.hpp"
#include "log/follower.hpp"
#include "log/mailbox.hpp"
#include "log/worker.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"
#include "sys/signals.hpp"

namespace sup::log {
namespace {

// Beyond any deadline that makes sense, and far from where adding it to a clock overflows.
constexpr Duration kWaitMax = std::chrono::hours{24};
// The thread answers at the deadline itself; only one that hangs answers later.
constexpr Duration kAnswerGrace = std::chrono::milliseconds{100};

}  // namespace

class Core {
 public:
  Core(UniqueFd mailbox_wake, Delivery delivery, UniqueFd board_wake)
      : mailbox(std::move(mailbox_wake), delivery), board(std::move(board_wake)) {}

  // What both threads use.
  Mailbox mailbox;
  Board board;
  // The log thread's, once it runs.
  std::unique_ptr<Worker> worker;
  // The control loop's.
  pthread_t thread{};
  std::map<FollowerId, Follower*> followers;
  std::uint64_t last_follower = 0;
  std::uint64_t last_viewer = 0;
  std::uint64_t last_drain = 0;
  std::uint64_t last_tended = 0;
  std::uint64_t last_fence = 0;
};

namespace {

void* thread_main(void* argument) {
  auto& core = *static_cast<Core*>(argument);
  core.worker->run();
  core.board.finish();
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<LogThread>> LogThread::start(Options options) {
  auto core = std::make_unique<Core>(TRY(sys::make_eventfd()), options.delivery, TRY(sys::make_eventfd()));
  core->worker = TRY(Worker::create(core->mailbox, core->board, options));
  // A thread inherits the mask of its creator.
  const sys::SignalSet before = sys::block_all_signals();
  const int error = ::pthread_create(&core->thread, nullptr, thread_main, core.get());
  sys::set_signal_mask(before);
  if (error != 0) return fail_errno(error, "cannot start the log thread");
  (void)::pthread_setname_np(core->thread, "log");  // For people who look at /proc; any failure is harmless.
  return std::unique_ptr<LogThread>(new LogThread(std::move(core)));
}

LogThread::LogThread(std::unique_ptr<Core> core) : core_(std::move(core)) {}

LogThread::~LogThread() {
  if (core_->last_drain == 0) (void)drain(sys::monotonic_now() + kStopGrace);
  core_->mailbox.post(Stop{});
  deliver();
  if (core_->board.wait_for_finish(kStopGrace)) {
    (void)::pthread_join(core_->thread, nullptr);
    return;
  }
  (void)::pthread_detach(core_->thread);
  (void)core_.release();  // The thread may yet come back from the kernel and use it.
}

Result<> LogThread::attach(Source source) { return core_->mailbox.post_source(std::move(source)); }
void LogThread::flush(RunId run) { core_->mailbox.post(FlushRun{run}); }
void LogThread::end(RunId run) { core_->mailbox.post(EndRun{run}); }
void LogThread::forget(InstanceId service) { core_->mailbox.post(ForgetService{service}); }
void LogThread::ask_last_words(InstanceId service, RunId run, StreamFilter streams) {
  core_->mailbox.post(AskLastWords{service, run, streams});
}
std::uint64_t LogThread::raise_fence() {
  core_->mailbox.post(RaiseFence{++core_->last_fence});
  return core_->last_fence;
}
std::uint64_t LogThread::tend(FileDeed deed, std::vector<LogFileSpec> files, std::vector<InstanceId> rings) {
  core_->mailbox.post(TendFiles{++core_->last_tended, deed, std::move(files), std::move(rings)});
  return core_->last_tended;
}
void LogThread::settle() { core_->mailbox.post(SettleLedger{}); }
void LogThread::reopen_files() { core_->mailbox.post(ReopenFiles{}); }
void LogThread::direct_own(OwnDestinations to) { core_->mailbox.post(std::move(to)); }
void LogThread::write_own(std::string_view line, OwnHead head) {
  const Indispensable whole;
  core_->mailbox.post_own(line, head);
}

Result<FollowerId> LogThread::follow(FollowRequest request) {
  const Indispensable whole;
  if (core_->followers.size() >= kMaxFollowers)
    return fail(Errc::limit, "cannot follow: there are too many readers of output already");
  const FollowerId id{++core_->last_follower};
  auto follower = std::make_unique<Follower>(id, std::move(request), kFollowerBytes);
  core_->followers.emplace(id, follower.get());
  core_->mailbox.post(AddFollower{std::move(follower)});
  return id;
}

std::optional<Survey> LogThread::take_survey(FollowerId id) {
  const auto found = core_->followers.find(id);
  if (found == core_->followers.end()) return Survey{.is_complete = true};
  const std::lock_guard lock(found->second->mutex);
  return std::exchange(found->second->survey, {});
}

TakeResult LogThread::take(FollowerId id, std::size_t max_bytes) {
  const auto found = core_->followers.find(id);
  if (found == core_->followers.end()) return TakeResult{.at_end = true};
  Follower& follower = *found->second;
  bool must_refill = false;
  TakeResult result;
  {
    const std::lock_guard lock(follower.mutex);
    result = follower.queue.take(max_bytes);
    result.has_more = !follower.queue.is_empty() || follower.is_catching_up;
    if (follower.queue.is_empty() && !std::exchange(follower.is_waiting, true)) must_refill = follower.is_catching_up;
  }
  if (must_refill) core_->mailbox.post(RefillFollower{id});
  return result;
}

void LogThread::unfollow(FollowerId id) {
  const Indispensable whole;
  if (core_->followers.erase(id) > 0) core_->mailbox.post(RemoveFollower{id});
}

void LogThread::deliver() { core_->mailbox.deliver(); }

ViewerId LogThread::view(ViewRequest request) {
  const Indispensable whole;
  const ViewerId id{++core_->last_viewer};
  core_->mailbox.post(AddViewer{id, std::move(request)});
  return id;
}

void LogThread::unview(ViewerId viewer) { core_->mailbox.post(RemoveViewer{viewer}); }

int LogThread::wake_fd() const { return core_->board.wake_fd(); }
std::vector<FollowerId> LogThread::take_ready() { return core_->board.take_ready(); }
std::vector<Notice> LogThread::take_notices() { return core_->board.take_notices(); }
std::vector<LineFound> LogThread::take_lines_found() { return core_->board.take_lines_found(); }
std::vector<Tended> LogThread::take_tended() { return core_->board.take_tended(); }
std::uint64_t LogThread::passed_fence() const { return core_->board.passed_fence(); }
std::vector<LastWords> LogThread::take_last_words() { return core_->board.take_last_words(); }
std::vector<Refusal> LogThread::take_refusals() { return core_->board.take_refusals(); }
Counters LogThread::counters(InstanceId service) const { return core_->board.counters(service); }

Drained LogThread::drain(Instant deadline) {
  const std::uint64_t ticket = ++core_->last_drain;
  core_->mailbox.post(Drain{ticket, deadline});
  deliver();
  const Duration left = std::clamp(deadline - sys::monotonic_now(), Duration::zero(), kWaitMax);
  return core_->board.wait_for_drain(ticket, left + kAnswerGrace);
}

}  // namespace sup::log
