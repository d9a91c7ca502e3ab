// supervisord's own log: spdlog, written by the log thread so that the loop never waits for a terminal.
#pragma once

#include "log/log_thread.hpp"
#include "spec/daemon_spec.hpp"

namespace sup {

// Routes spdlog's default logger to the log thread until the guard ends; then lines go straight to stderr again.
class OwnLog {
 public:
  OwnLog(log::LogThread& log, LogLevel level);
  ~OwnLog();
  OwnLog(const OwnLog&) = delete;
  OwnLog& operator=(const OwnLog&) = delete;
};

// Logs straight to stderr, for the time before and after.
void log_to_stderr(LogLevel level);

}  // namespace sup
