// Workers: threads for what may block (spawning, account databases, environment files, log files), so that the loop
// does not.
//
// Services are children of these threads, never of the main thread; see sys/process.hpp for what depends on that. For
// the same reason a worker lives as long as the daemon.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "loop/loop.hpp"

namespace sup {

// What is done on the loop thread when the work is over.
using Continuation = std::move_only_function<void()>;
// Done on a worker. Must touch nothing that another thread may change.
using Work = std::move_only_function<Continuation()>;

// Whether work asks the account database, which may be a server that does not answer.
enum class Asks : std::uint8_t { nobody, accounts };

class Workers {
 public:
  static constexpr std::size_t kBase =
      2;  // Measured: two spawn threads are nearly twice as fast as one, more are no better.
  static constexpr std::size_t kMost =
      16;  // While some hang in the kernel (a dead network disk), others are added up to here.
  static constexpr std::size_t kMostAsking = 8;  // Of these so many ask for accounts at a time; other work passes.
  static constexpr Duration kPatience = std::chrono::milliseconds{200};  // Without any work finished: they hang.
  // While more is to be done, so much finished work (or for so long) waits to be collected together: a wake-up of the
  // loop costs a start nearly as much as its own calls.
  static constexpr std::size_t kCollected = 8;
  static constexpr Duration kCollectAfter = std::chrono::milliseconds{1};
  static constexpr Duration kGrace = std::chrono::seconds{1};  // For what is being done when all is over.

  // Threads are made when the first work comes. Errors: sys, when no descriptor for the wake-up can be had.
  static Result<std::unique_ptr<Workers>> create(loop::Loop& loop);
  ~Workers();
  // Drops queued work, waits kGrace for what is being done, and leaves behind what hangs. Returns whether nothing does:
  // else what work refers to must live as long as the process. Nothing is to be submitted any more.
  bool end();

  void submit(Work work, Asks asks = Asks::nobody);

 private:
  struct Shared;

  Workers(loop::Loop& loop, std::unique_ptr<Shared> shared);
  void add_thread();
  void collect();
  void relieve();

  std::unique_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
  loop::Poll poll_;
  loop::Timer overdue_;
  bool is_watching_ = false;         // overdue_ is armed.
  std::uint64_t finished_seen_ = 0;  // When overdue_ was armed.
};

}  // namespace sup
