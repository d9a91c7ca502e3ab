#include "daemon/log_target.hpp"

#include <sys/stat.h>

#include <utility>

#include "sys/file.hpp"

namespace sup {
namespace {

constexpr mode_t kLogDirMode = 0755;

log::Rotation rotation_of(const LogSpec& log) {
  const RotateSpec& rotate = *log.rotate;
  log::Rotation out;
  out.max_size = rotate.max_size.bytes.value_or(log::kNoLimit);
  out.every = rotate.every;
  if (rotate.at) out.at = std::chrono::minutes{rotate.at->minutes};
  out.keep = rotate.keep.count.value_or(out.keep);
  out.max_total = rotate.max_total.bytes.value_or(log::kNoLimit);
  return out;
}

log::OnFull on_full_of(const LogSpec& log) {
  switch (log.on_full) {
    case LogOnFull::drop: return log::OnFull::drop;
    case LogOnFull::block: return log::OnFull::block;
    case LogOnFull::stop: return log::OnFull::stop;
  }
  return log::OnFull::drop;
}

// The default directory is made when the first log wants it; a path that the user gave is taken as it is.
Result<UniqueFd> open_log_file(const LogDefaults& defaults, const std::string& path,
                               std::optional<sys::FileOwner> owner) {
  auto file = sys::open_log(path, owner);
  if (file || file.error().sys_errno != ENOENT || !path.starts_with(defaults.dir + "/")) return file;
  TRY(sys::ensure_dir(defaults.dir, kLogDirMode));
  return sys::open_log(path, owner);
}

}  // namespace

LogTarget log_target(const LogDefaults& defaults, const std::string& name, LogStream stream, const LogSpec& spec) {
  LogTo to = spec.to;
  if (to == LogTo::automatic) to = spec.path.empty() ? defaults.to : LogTo::file;
  if (to != LogTo::file) return {to, {}};
  return {to, log_file_path(spec, name, stream, defaults.dir)};
}

Result<log::Destination> open_destination(const LogDefaults& defaults, const LogTarget& target, const LogSpec& spec,
                                          std::optional<sys::FileOwner> owner) {
  switch (target.to) {
    case LogTo::null: return log::NullDestination{};
    case LogTo::standard_output: return log::StdoutDestination{};
    case LogTo::automatic:
    case LogTo::file: break;
  }
  return log::FileDestination{.file = TRY(open_log_file(defaults, target.path, owner)),
                              .path = target.path,
                              .owner = owner,
                              .rotation = rotation_of(spec),
                              .on_full = on_full_of(spec)};
}

std::vector<log::LogFileSpec> log_files(const LogDefaults& defaults, const std::string& name, const ServiceSpec& spec) {
  std::vector<log::LogFileSpec> out;
  const auto add = [&](LogStream stream, const LogSpec& log) {
    LogTarget target = log_target(defaults, name, stream, log);
    if (target.to == LogTo::file) out.push_back({std::move(target.path), {}, rotation_of(log)});
  };
  add(LogStream::standard_output, spec.log);
  if (spec.stderr_.mode == StderrMode::own_log) add(LogStream::standard_error, spec.stderr_.log);
  return out;
}

}  // namespace sup
