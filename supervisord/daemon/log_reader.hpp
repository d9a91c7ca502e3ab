// One client that reads what services wrote.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/log_layout.hpp"
#include "daemon/log_target.hpp"
#include "daemon/server.hpp"
#include "log/archive.hpp"

namespace sup {

// What it wants, and where older lines are than those that memory holds.
struct LogReaderPlan {
  struct Service {
    InstanceId id;
    std::string name;
    std::string place;                                     // Where its output goes if there is no file.
    std::array<std::optional<log::OldLog>, 2> files = {};  // Of log::Source::Log.
  };
  std::vector<Service> services = {};
  WallTime asked = {};  // Before the follower was made: what it gets that memory does not hold yet is younger.
  std::optional<std::size_t> last_lines = {};
  std::optional<WallTime> since = {};
  std::optional<WallTime> until = {};
  log::StreamFilter streams = log::StreamFilter::both;
  std::optional<Pattern> grep = {};
  std::optional<Pattern> file_grep = {};  // The same, for the thread that reads files.
  std::optional<std::int64_t> run = {};
};

// Begins the task that answers the call in progress. The follower is surveyed, and taken away with the task.
void begin_reading_logs(Server& server, Session& session, log::FollowerId follower, LogReaderPlan plan);

}  // namespace sup
