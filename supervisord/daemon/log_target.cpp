#include "daemon/log_target.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "sys/address.hpp"
#include "sys/file.hpp"

namespace sup {
namespace {

constexpr mode_t kLogDirMode = 0755;

std::optional<log::Packing> packing_of(LogCompression compress) {
  switch (compress) {
    case LogCompression::none: return std::nullopt;
    case LogCompression::gzip: return log::Packing::gzip;
    case LogCompression::zstd: return log::Packing::zstd;
  }
  return std::nullopt;
}

log::Rotation rotation_of(const RotateSpec& rotate) {
  log::Rotation out;
  out.max_size = rotate.max_size.bytes.value_or(log::kNoLimit);
  out.every = rotate.every;
  if (rotate.at) out.at = std::chrono::minutes{rotate.at->minutes};
  out.keep = rotate.keep.count.value_or(out.keep);
  out.max_total = rotate.max_total.bytes.value_or(log::kNoLimit);
  out.packing = packing_of(rotate.compress);
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
    case LogTo::null:
    case LogTo::syslog:  // These come among the further ones.
    case LogTo::journal: return log::NullDestination{};
    case LogTo::standard_output: return log::StdoutDestination{};
    case LogTo::automatic:
    case LogTo::file: break;
  }
  return log::FileDestination{.file = TRY(open_log_file(defaults, target.path, owner)),
                              .path = target.path,
                              .owner = owner,
                              .rotation = rotation_of(*spec.rotate),
                              .on_full = on_full_of(spec)};
}

namespace {

constexpr std::string_view kJournal = "/run/systemd/journal/socket";

log::Carrier carrier_of(SyslogAddress::Kind kind) {
  switch (kind) {
    case SyslogAddress::Kind::local: return log::Carrier::local;
    case SyslogAddress::Kind::udp: return log::Carrier::udp;
    case SyslogAddress::Kind::tcp: return log::Carrier::tcp;
  }
  return log::Carrier::local;
}

Result<log::MessageAddress> syslog_address(const SyslogSpec& spec) {
  const SyslogAddress address = TRY(parse_syslog_address(spec.address));
  log::MessageAddress out{carrier_of(address.kind), address.path, {}, fmt::format("syslog '{}'", spec.address)};
  if (address.kind != SyslogAddress::Kind::local) {
    auto hosts = sys::addresses_of(address.at.host, address.at.port);
    if (!hosts) return std::unexpected(std::move(hosts).error().wrap(fmt::format("syslog '{}'", spec.address)));
    out.hosts = *std::move(hosts);
  }
  return out;
}

Result<log::MessageDestination> message_destination(const LogSpec& spec, LogTo to, const FurtherOrder& order) {
  log::MessageDestination out;
  const bool is_journal = to == LogTo::journal;
  if (is_journal)
    out.address = {log::Carrier::journal, std::string(kJournal), {}, "the journal"};
  else
    out.address = TRY(syslog_address(*spec.syslog));
  out.origin = {.form = is_journal ? log::MessageForm::journal : log::MessageForm::syslog,
                .identifier = spec.syslog->tag.empty() ? order.name : spec.syslog->tag,
                .service = order.service,
                .name = order.name,
                .stream = order.carries,
                .run = order.run,
                .facility = static_cast<std::uint8_t>(spec.syslog->facility)};
  return out;
}

}  // namespace

Result<std::vector<log::FurtherDestination>> open_further(const LogDefaults& defaults, const LogSpec& spec,
                                                          const FurtherOrder& order) {
  std::vector<LogTo> wanted = spec.also;
  if (spec.to == LogTo::syslog || spec.to == LogTo::journal) wanted.push_back(spec.to);
  std::vector<log::FurtherDestination> out;
  for (const LogTo to : wanted) {
    if (to == LogTo::syslog || to == LogTo::journal) {
      out.push_back({TRY(message_destination(spec, to, order)), {}});
    } else if (to == LogTo::standard_output) {
      out.push_back({log::StdoutDestination{}, {}});
    } else {
      const LogTarget target{LogTo::file, log_file_path(spec, order.name, order.stream, defaults.dir)};
      log::Destination opened = TRY(open_destination(defaults, target, spec, order.owner));
      out.push_back({std::get<log::FileDestination>(std::move(opened)), {}});
    }
  }
  return out;
}

Result<log::OwnDestinations> open_own_log(const LogDefaults& defaults, const DaemonLogSpec& spec) {
  LogSpec log;
  log.rotate = spec.rotate;
  log.syslog = spec.syslog;
  log::OwnDestinations out{.has_stderr = false, .file = {}, .messages = {}};
  for (const OwnLogTo to : spec.to) {
    if (to == OwnLogTo::standard_error) {
      out.has_stderr = true;
    } else if (to == OwnLogTo::file) {
      if (spec.path.empty() && defaults.dir.empty())
        return fail(Errc::invalid, "cannot open supervisord's own log: there is no log directory; write log.path");
      const LogTarget target{LogTo::file, own_log_path(spec, defaults.dir)};
      auto opened = open_destination(defaults, target, log, {});
      if (!opened) return std::unexpected(std::move(opened).error().wrap("supervisord's own log"));
      out.file = std::get<log::FileDestination>(*std::move(opened));
    } else {
      const LogTo place = to == OwnLogTo::journal ? LogTo::journal : LogTo::syslog;
      const FurtherOrder order{.service = "supervisord", .name = "supervisord", .run = {}, .owner = {}};
      log::MessageDestination message = TRY(message_destination(log, place, order));
      message.origin.pid = ::getpid();
      out.messages.push_back(std::move(message));
    }
  }
  return out;
}

std::optional<log::LogFileSpec> own_log_file(const LogDefaults& defaults, const DaemonLogSpec& spec) {
  if (std::ranges::find(spec.to, OwnLogTo::file) == spec.to.end()) return std::nullopt;
  return log::LogFileSpec{own_log_path(spec, defaults.dir), {}, rotation_of(*spec.rotate)};
}

std::vector<log::LogFileSpec> log_files(const LogDefaults& defaults, const std::string& name, const ServiceSpec& spec) {
  std::vector<log::LogFileSpec> out;
  const auto add = [&](LogStream stream, const LogSpec& log) {
    LogTarget target = log_target(defaults, name, stream, log);
    if (target.to != LogTo::file && goes_to(log, LogTo::file))
      target = {LogTo::file, log_file_path(log, name, stream, defaults.dir)};
    if (target.to == LogTo::file) out.push_back({std::move(target.path), {}, rotation_of(*log.rotate)});
  };
  add(LogStream::standard_output, spec.log);
  if (spec.stderr_.mode == StderrMode::own_log) add(LogStream::standard_error, spec.stderr_.log);
  return out;
}

}  // namespace sup
