#include "daemon/workers.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/refusable.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"

namespace sup {

// What the loop and the workers share, all of it under `mutex`.
struct Workers::Shared {
  std::mutex mutex;
  std::condition_variable has_work;
  std::condition_variable has_finished;
  struct Queued {
    std::uint64_t number = 0;
    Work work;
  };
  std::deque<Queued> queue;  // In the order of their coming, like those that ask for accounts.
  std::deque<Queued> asking;
  std::uint64_t last_number = 0;
  std::size_t busy_asking = 0;
  std::vector<Continuation> done;
  std::size_t idle = 0;
  std::size_t busy = 0;
  std::uint64_t finished = 0;
  bool is_over = false;
  UniqueFd wake;

  Instant done_since;        // The first of `done`.
  bool is_notified = false;  // The loop knows that there is some.

  // Where the next work to be done is; null: none may be begun now.
  [[nodiscard]] std::deque<Queued>* next_queue();
  void work_for_ever();
  void note_done();
  void notify();
};

std::deque<Workers::Shared::Queued>* Workers::Shared::next_queue() {
  const bool may_ask = !asking.empty() && busy_asking < kMostAsking;
  if (queue.empty() || (may_ask && asking.front().number < queue.front().number)) return may_ask ? &asking : nullptr;
  return &queue;
}

// What this thread does next may hang in the kernel; then relieve() sees to what it has done before.
void Workers::Shared::note_done() {
  const Instant now = sys::monotonic_now();
  if (done.size() == 1) done_since = now;
  if (next_queue() == nullptr || done.size() >= kCollected || now - done_since >= kCollectAfter) notify();
}

void Workers::Shared::notify() {
  if (!done.empty() && !std::exchange(is_notified, true)) sys::notify_eventfd(wake);
}

void Workers::Shared::work_for_ever() {
  std::unique_lock lock(mutex);
  while (true) {
    ++idle;
    if (next_queue() == nullptr) notify();
    has_work.wait(lock, [this] { return is_over || next_queue() != nullptr; });
    --idle;
    if (is_over) return;
    std::deque<Queued>& from = *next_queue();
    const bool is_asking = &from == &asking;
    Work work = std::move(from.front().work);
    from.pop_front();
    ++busy;
    busy_asking += is_asking ? 1 : 0;
    lock.unlock();
    Continuation continuation = work();
    work = nullptr;
    lock.lock();
    --busy;
    busy_asking -= is_asking ? 1 : 0;
    ++finished;
    done.push_back(std::move(continuation));
    note_done();
    if (is_over) has_finished.notify_all();
  }
}

Result<std::unique_ptr<Workers>> Workers::create(loop::Loop& loop) {
  auto shared = std::make_unique<Shared>();
  shared->wake = TRY(sys::make_eventfd());
  return std::unique_ptr<Workers>(new Workers(loop, std::move(shared)));
}

Workers::Workers(loop::Loop& loop, std::unique_ptr<Shared> shared)
    : shared_(std::move(shared)),
      poll_(loop, shared_->wake.get(), loop::Interest::readable, [this](loop::Readiness) { collect(); }),
      overdue_(loop, [this] { relieve(); }) {}

Workers::~Workers() { (void)end(); }

bool Workers::end() {
  if (shared_ == nullptr) return true;
  std::unique_lock lock(shared_->mutex);
  shared_->is_over = true;
  shared_->queue.clear();
  shared_->asking.clear();
  shared_->has_work.notify_all();
  const bool is_quiet = shared_->has_finished.wait_for(lock, kGrace, [this] { return shared_->busy == 0; });
  lock.unlock();
  if (is_quiet) {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return true;
  }
  for (std::thread& thread : threads_) thread.detach();
  threads_.clear();
  // The threads that hang still refer to it, and the process ends soon. Kept where it can be seen: it is no leak.
  [[maybe_unused]] static Shared* volatile left = nullptr;
  left = shared_.release();
  return false;
}

void Workers::submit(Work work, Asks asks) {
  const Indispensable whole;  // Half of it would keep a worker waiting, or an answer.
  bool is_short_of_threads = false;
  {
    const std::scoped_lock lock(shared_->mutex);
    auto& queue = asks == Asks::accounts ? shared_->asking : shared_->queue;
    queue.push_back({++shared_->last_number, std::move(work)});
    is_short_of_threads = shared_->idle < shared_->queue.size() + shared_->asking.size() && threads_.size() < kBase;
    if (!is_watching_) finished_seen_ = shared_->finished;
  }
  if (is_short_of_threads) add_thread();
  shared_->has_work.notify_one();
  if (!std::exchange(is_watching_, true)) overdue_.arm(kPatience);
}

// A service may have taken all processes that we may have: then the work waits until relieve() gets a thread.
void Workers::add_thread() {
  try {
    threads_.emplace_back([shared = shared_.get()] { shared->work_for_ever(); });
  } catch (const std::system_error&) {
  }
}

void Workers::collect() {
  sys::drain_eventfd(shared_->wake);
  std::vector<Continuation> done;
  bool is_all_done = false;
  {
    const std::scoped_lock lock(shared_->mutex);
    done.swap(shared_->done);
    shared_->is_notified = false;
    is_all_done = shared_->queue.empty() && shared_->asking.empty();
  }
  if (is_all_done && std::exchange(is_watching_, false)) overdue_.disarm();
  for (Continuation& continuation : done) continuation();
}

void Workers::relieve() {
  is_watching_ = false;
  bool is_stuck = false;
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->notify();
    if (shared_->next_queue() == nullptr) return;  // What may be done then is begun by who has just finished.
    is_stuck = shared_->idle == 0 && shared_->finished == finished_seen_;
    finished_seen_ = shared_->finished;
  }
  if (is_stuck && threads_.size() < kMost) add_thread();
  is_watching_ = true;
  overdue_.arm(kPatience);
}

}  // namespace sup
