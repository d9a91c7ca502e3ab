// What is attached to the log thread: a pipe, whose it is, and where its lines go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/layout.hpp"
#include "log/limits.hpp"
#include "log/message.hpp"
#include "log/message_sink.hpp"
#include "log/on_full.hpp"
#include "log/record.hpp"
#include "log/rotation.hpp"
#include "log/valve.hpp"
#include "regex/pattern.hpp"
#include "sys/log_directory.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Lines go to a file (or fifo). The spawner has opened it for writing (O_APPEND) at `path`, where a regular file is
// made anew when it was taken away. Sources whose files are the same by path, or by device and inode, share the first
// one's descriptor, so their lines do not tear each other.
struct FileDestination {
  UniqueFd file;
  std::string path;
  std::optional<sys::FileOwner> owner = {};
  Rotation rotation = {};
  OnFull on_full = OnFull::drop;
};
// Which lines belong together, see Joiner.
struct Joining {
  Pattern start;
  Duration wait;  // A record is complete when so long no more of it has come.
};
// Lines go to supervisord's own standard output.
struct StdoutDestination {};
// Lines go to the ring and to followers only.
struct NullDestination {};
// Each line is a message for a syslog server or the journal.
struct MessageDestination {
  MessageAddress address;
  MessageOrigin origin;
};
// Where supervisord's own lines go.
struct OwnDestinations {
  bool has_stderr = true;
  std::optional<FileDestination> file = {};
  std::vector<MessageDestination> messages = {};
};
using Destination = std::variant<NullDestination, StdoutDestination, FileDestination>;

// A destination beside the first.
struct FurtherDestination {
  std::variant<StdoutDestination, FileDestination, MessageDestination> to;
  std::optional<Layout> layout = {};
};

// One pipe of one run. A run whose two streams go to one file has two sources, each with a descriptor of that file.
struct Source {
  InstanceId service;
  std::string name;  // Of the instance, as shown to people.
  Stream stream = Stream::out;
  RunId run;
  UniqueFd pipe;  // The read end; it is made non-blocking.
  // The pipe is the master of a pseudo-terminal: the carriage return that it puts before each newline is taken out
  // again.
  bool is_terminal = false;
  Destination destination = {};
  std::vector<FurtherDestination> also = {};
  std::optional<Layout> layout = {};  // Without one, bytes are written as they come.
  std::size_t line_max = kLineMax;    // Longer lines are split.
  std::optional<Joining> joining = {};
  Overflow overflow = Overflow::block;
  std::optional<LineRate> rate = {};  // Of all sources of the service with this `log`.
  enum class Log : std::uint8_t { common, of_errors } log = Log::common;
  std::size_t pipe_bytes = 0;  // What the pipe is to hold; 0: what it does, and more when output flows.
  // The first line of the run in which it is found is told, once; empty: none is looked for.
  std::optional<Pattern> awaited = {};
  // By which the ledger knows it, in this life and the next: no other source has it, and a run's is never used for
  // another's. At most kLedgerKeyBytes; empty: it is not in the ledger.
  std::string key = {};
};

}  // namespace sup::log
