// What the control loop asks of the log thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "log/delivery.hpp"
#include "log/follower.hpp"
#include "log/log_file.hpp"
#include "log/source.hpp"
#include "log/viewers.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

struct FlushRun {
  RunId run;
};
struct EndRun {
  RunId run;
};
struct ForgetService {
  InstanceId service;
};
struct AddFollower {
  std::unique_ptr<Follower> follower;
};
struct RefillFollower {
  FollowerId follower;
};
struct RemoveFollower {
  FollowerId follower;
};
struct AddViewer {
  ViewerId id;
  ViewRequest request;
};
struct RemoveViewer {
  ViewerId viewer;
};
// The last lines of a run are to be told, see LastWords.
struct AskLastWords {
  InstanceId service;
  RunId run;
  StreamFilter streams = StreamFilter::err;
};
// To be told when it comes to this: all that was asked before is done.
struct RaiseFence {
  std::uint64_t number = 0;
};
// What can be asked of log files.
enum class FileDeed : std::uint8_t { rotate, reopen, clear };
// Done with these files, whether they are in use or not.
struct TendFiles {
  std::uint64_t ticket = 0;
  FileDeed deed = FileDeed::reopen;
  std::vector<LogFileSpec> files;
  std::vector<InstanceId> rings;  // To be emptied, too.
};
// What is to be known of one of supervisord's own lines besides its text.
struct OwnHead {
  std::uint8_t severity = 6;  // As syslog counts them.
  std::uint8_t prefix = 0;    // Bytes at its beginning that messages have in another form.
};
// All files that are in use are opened anew.
struct ReopenFiles {};
// What nobody has taken up of an earlier life is dealt with.
struct SettleLedger {};
struct Drain {
  std::uint64_t ticket = 0;
  Instant deadline;
};
struct Stop {};

using Command = std::variant<Source, FlushRun, EndRun, ForgetService, AddFollower, RefillFollower, RemoveFollower,
                             AddViewer, RemoveViewer, OwnDestinations, AskLastWords, RaiseFence, TendFiles, ReopenFiles,
                             SettleLedger, Drain, Stop>;

// A queue which cannot grow without end: pipes on their way are counted, supervisord's own lines are bounded in bytes,
// and of the other commands there are only so many as there are runs, services and readers.
class Mailbox {
 public:
  Mailbox(UniqueFd wake, Delivery delivery) : wake_(std::move(wake)), delivery_(delivery) {}

  struct Content {
    std::vector<Command> commands;
    std::string own_lines;
    std::vector<OwnHead> own_heads;  // Of each of them.
    std::uint64_t own_lost = 0;      // Own lines behind `own_lines` for which there was no room.
  };

  void post(Command command);
  // Errors: limit.
  [[nodiscard]] Result<> post_source(Source source);
  void post_own(std::string_view line, OwnHead head);
  // Wakes the log thread if something was posted and it does not know.
  void deliver();

  // For the log thread: everything that is there, and the descriptor which is readable when there is something.
  [[nodiscard]] Content take();
  [[nodiscard]] const UniqueFd& wake_fd() const { return wake_; }

 private:
  void note_posted(bool had_content);
  [[nodiscard]] bool has_content() const;

  UniqueFd wake_;
  const Delivery delivery_;
  bool must_wake_ = false;  // Of the control loop alone.
  std::mutex mutex_;
  Content content_;
  std::size_t queued_sources_ = 0;
};

}  // namespace sup::log
