// supervisord's own log: spdlog, written by the log thread so that the loop never waits for a terminal.
#pragma once

#include "log/log_thread.hpp"
#include "spec/daemon_spec.hpp"

namespace sup {

// Routes spdlog's default logger to the log thread until the guard ends; then lines go straight to stderr again.
class OwnLog {
 public:
  OwnLog(log::LogThread& log, LogLevel level, OwnLogFormat format);
  ~OwnLog();
  OwnLog(const OwnLog&) = delete;
  OwnLog& operator=(const OwnLog&) = delete;
};

// How much is said, from now on.
[[nodiscard]] LogLevel own_log_level();
void set_own_log_level(LogLevel level);

// Logs straight to stderr, for the time before and after.
void log_to_stderr(LogLevel level);

}  // namespace sup
