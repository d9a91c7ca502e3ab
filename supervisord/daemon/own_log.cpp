#include "daemon/own_log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace sup {
namespace {

constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l: %v";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

// Only the loop thread logs, so no lock is needed.
class LogThreadSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LogThreadSink(log::LogThread& log) : log_(log) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    log_.write_own(std::string(line.data(), line.size()));
  }
  void flush_() override {}

  log::LogThread& log_;
};

void use(spdlog::sink_ptr sink, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("supervisord", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(kPattern, spdlog::pattern_time_type::utc));
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace

OwnLog::OwnLog(log::LogThread& log, LogLevel level) { use(std::make_shared<LogThreadSink>(log), spdlog_level(level)); }

OwnLog::~OwnLog() {
  const auto level = spdlog::default_logger_raw()->level();
  use(std::make_shared<spdlog::sinks::stderr_sink_st>(), level);
}

void log_to_stderr(LogLevel level) { use(std::make_shared<spdlog::sinks::stderr_sink_st>(), spdlog_level(level)); }

}  // namespace sup
