// The log thread: owner of every service pipe and every log file, so that the control loop never waits for a disk, for
// a terminal that was stopped, or for a slow reader.
//
// The two threads share queues, not data: what is asked of the log thread goes through one queue and an eventfd; what
// it says comes back through the followers' queues, a bounded list of notices and one wake-up descriptor. At rest the
// thread sleeps in epoll_wait without a timeout.
//
// With a ledger (create_ledger(), held by somebody who lives longer) the process may be killed at any moment, and the
// log thread that is started next with it goes on where this one was: no line is lost and none is written twice. For
// that, the read end of each pipe (a terminal's master) is held by somebody, too, and after the death
//   1. start() is called with the ledger, and with the same standard output and error;
//   2. each source is attached again with the key that it had (Source::key), its pipe, and its destinations opened anew
//      at the same paths; its layout, its patterns and its bounds may be others;
//   3. settle() is called.
// A pipe that has ended meanwhile is attached, too: what was read of it is written then. Whoever ends on purpose and
// wants to be gone on with so, does not drain: he leaves by _exit(2) or lets himself be killed.
//   * Exact are regular files. What a killed write(2) has put into a pipe, a terminal or a socket nobody can know, so
//     that (PIPE_BUF bytes at most, of a terminal 128) may come twice; so may a message for a syslog server or the
//     journal, and what stands behind the kLedgerDestinations-th destination of a source. A file that somebody else has
//     cut, or appended to, in the moment of the death is such a case as well.
//   * Told again is that a line was found that was awaited; it is told once at least.
//   * Lost are rings, counters, readers, what was allowed by a rate, and supervisord's own lines that were not with the
//     log thread yet.
//
// All functions are to be called from one thread (the control loop's); none of them blocks, except drain() and the
// destructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "log/delivery.hpp"
#include "log/follow.hpp"
#include "log/ledger.hpp"
#include "log/limits.hpp"
#include "log/mailbox.hpp"
#include "log/report.hpp"
#include "log/source.hpp"
#include "log/survey.hpp"
#include "log/viewers.hpp"

namespace sup::log {

struct Options {
  Delivery delivery = Delivery::at_once;
  std::size_t ring_bytes = kRingBytes;
  std::optional<std::uint64_t> max_total = {};  // Bytes that all log files may take; nothing: as many as they like.
  int stdout_fd = 1;                            // Inherited: written, never re-opened, its flags never changed.
  int stderr_fd = 2;                            // The same; supervisord's own lines go there.
  int ledger = -1;                              // Borrowed by start(); see LogThread. Without one: nothing outlives us.
  LedgerWatch ledger_watch = {};                // Called by the log thread, for tests that kill it.
};

class Core;

class LogThread {
 public:
  // Starts the thread, with all signals blocked. Errors: sys.
  static Result<std::unique_ptr<LogThread>> start(Options options = {});
  // Drains for at most kStopGrace if drain() was not called, and joins. A thread that hangs in the kernel (a dead disk)
  // is left behind, since nothing can end it.
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

  // Everything that was attached before the last life was killed is attached again: what nobody has taken up is written
  // where that can be done without a source, and else told in a notice.
  void settle();

  // Reads the pipe until its end. Errors: limit (the thread is kMaxQueuedAttaches pipes behind: its disk does not
  // answer).
  [[nodiscard]] Result<> attach(Source source);
  // The run is over: what is in its pipes now is read, and a last line without newline is written as it is. The pipes
  // stay attached until their ends, since a descendant may still hold them.
  void flush(RunId run);
  // Nothing of the run is alive: its terminal, if it had one, is read to its end and closed.
  void end(RunId run);
  // The service was removed: what is in its pipes now is read, then pipes, ring and counters go.
  void forget(InstanceId service);
  // Behind flush(): the last lines that the run has written are told by take_last_words().
  void ask_last_words(InstanceId service, RunId run, StreamFilter streams);
  // A fence behind all that was asked so far: passed_fence() is at least its number when that is done, and what was in
  // pipes that had to be read is known to the ledger.
  std::uint64_t raise_fence();
  [[nodiscard]] std::uint64_t passed_fence() const;
  // Does this with these files, whether somebody writes to them or not. What is returned is the ticket of the Tended
  // that tells of its end.
  std::uint64_t tend(FileDeed deed, std::vector<LogFileSpec> files, std::vector<InstanceId> rings);
  // Opens all files anew that are written to: somebody may have moved them away.
  void reopen_files();
  // One line (or several) of supervisord's own log; a missing last newline is added. Never torn with the lines of
  // services. If standard error is stalled, or the disk behind it hangs, lines are dropped, counted, and announced when
  // it goes on.
  void write_own(std::string_view line, OwnHead head = {});
  // Where they go from now on. It is standard error before.
  void direct_own(OwnDestinations to);

  // A new reader. Errors: limit (kMaxFollowers).
  [[nodiscard]] Result<FollowerId> follow(FollowRequest request);
  // Once, for a reader that is surveyed, when it has become ready first.
  [[nodiscard]] std::optional<Survey> take_survey(FollowerId follower);
  // What there is for a reader, at most about `max_bytes` (one record at least). An unknown id is at its end.
  [[nodiscard]] TakeResult take(FollowerId follower, std::size_t max_bytes);
  void unfollow(FollowerId follower);

  // Shows the last screen of what the service has written in its run, and then every byte as it comes.
  [[nodiscard]] ViewerId view(ViewRequest request);
  // When it has got what is in the service's pipes now, the socket is closed.
  void unview(ViewerId viewer);

  // Readable when a reader whose queue take() had found empty has something, when there are notices, or when a line
  // that was awaited has come. At most one wake-up is outstanding, and a reader that takes nothing causes none.
  [[nodiscard]] int wake_fd() const;
  // Call when wake_fd() is readable: clears it, and names the readers that it is about.
  [[nodiscard]] std::vector<FollowerId> take_ready();
  [[nodiscard]] std::vector<Notice> take_notices();
  [[nodiscard]] std::vector<LineFound> take_lines_found();
  [[nodiscard]] std::vector<Refusal> take_refusals();
  [[nodiscard]] std::vector<Tended> take_tended();
  [[nodiscard]] std::vector<LastWords> take_last_words();

  // Zeros for an unknown service.
  [[nodiscard]] Counters counters(InstanceId service) const;

  // With Delivery::when_told: to be called at the end of each turn of the control loop.
  void deliver();

  // Reads what is in all pipes now, writes partial lines and everything pending; waits for it until the deadline.
  [[nodiscard]] Drained drain(Instant deadline);

 private:
  explicit LogThread(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace sup::log
