// What is attached to the log thread: a pipe, whose it is, and where its lines go.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/ids.hpp"
#include "log/record.hpp"
#include "regex/pattern.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Lines go to a file (or fifo) as they are. The spawner has opened it for writing (O_APPEND); `path` is for messages.
// Sources whose files are the same by device and inode share the first one's descriptor, so their lines do not tear
// each other.
struct FileDestination {
  UniqueFd file;
  std::string path;
};
// Lines go to supervisord's own standard output, each with "NAME | " in front.
struct StdoutDestination {};
// Lines go to the ring and to followers only.
struct NullDestination {};
using Destination = std::variant<NullDestination, StdoutDestination, FileDestination>;

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
  // The first line of the run in which it is found is told, once; empty: none is looked for.
  std::optional<Pattern> awaited = {};
};

}  // namespace sup::log
