#include "daemon/own_log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/time_text.hpp"
#include "daemon/say.hpp"
#include "log/escape.hpp"

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

LogLevel level_of(spdlog::level::level_enum level) {
  for (const auto& row : kEnumNames<LogLevel>)
    if (spdlog_level(row.value) == level) return row.value;
  return LogLevel::error;
}

// As syslog counts them.
std::uint8_t severity_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
    case spdlog::level::err: return 3;
    case spdlog::level::warn: return 4;
    case spdlog::level::info: return 6;
    case spdlog::level::trace:
    case spdlog::level::debug:
    case spdlog::level::off:
    case spdlog::level::n_levels: break;
  }
  return 7;
}

// Only the loop thread logs, so no lock is needed.
class LogThreadSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  LogThreadSink(log::LogThread& log, OwnLogFormat format) : log_(log), format_(format) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    log::OwnHead head{.severity = severity_of(message.level)};
    if (format_ == OwnLogFormat::json) return log_.write_own(as_json(message, text), head);
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    constexpr std::size_t kEnd = 1;
    head.prefix = static_cast<std::uint8_t>(line.size() - kEnd - text.size());
    log_.write_own(std::string(line.data(), line.size()), head);
  }
  void flush_() override {}

  static std::string as_json(const spdlog::details::log_msg& message, std::string_view text) {
    std::string out = "{\"time\":\"";
    time_form().append(out, WallTime{message.time.time_since_epoch()}, TimePrecision::ms);
    out.append("\",\"level\":\"").append(enum_name(level_of(message.level))).append("\",\"message\":\"");
    (void)log::append_json(out, text);
    return out.append("\"}");
  }

  static const TimeText& time_form() {
    static const TimeText form = *TimeText::parse("iso");
    return form;
  }

  log::LogThread& log_;
  OwnLogFormat format_;
};

void use(spdlog::sink_ptr sink, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("supervisord", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(kPattern, spdlog::pattern_time_type::utc));
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace

void say::write(LogLevel level, fmt::string_view format, fmt::format_args args) {
  spdlog::logger& logger = *spdlog::default_logger_raw();
  if (!logger.should_log(spdlog_level(level))) return;
  const std::string text = fmt::vformat(format, args);
  logger.log(spdlog_level(level), spdlog::string_view_t(text));
}

OwnLog::OwnLog(log::LogThread& log, LogLevel level, OwnLogFormat format) {
  use(std::make_shared<LogThreadSink>(log, format), spdlog_level(level));
}

LogLevel own_log_level() { return level_of(spdlog::default_logger_raw()->level()); }
void set_own_log_level(LogLevel level) { spdlog::default_logger_raw()->set_level(spdlog_level(level)); }

OwnLog::~OwnLog() {
  const auto level = spdlog::default_logger_raw()->level();
  use(std::make_shared<spdlog::sinks::stderr_sink_st>(), level);
}

void log_to_stderr(LogLevel level) { use(std::make_shared<spdlog::sinks::stderr_sink_st>(), spdlog_level(level)); }

}  // namespace sup
