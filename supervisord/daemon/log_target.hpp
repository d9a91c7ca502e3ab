// Where the output of a service goes: from what its definition says to what the log thread is told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "log/log_file.hpp"
#include "log/source.hpp"
#include "spec/check.hpp"
#include "spec/daemon_spec.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// What is the same for all services.
struct LogDefaults {
  std::string dir;         // For logs without a path of their own; made when the first log wants it.
  LogTo to = LogTo::file;  // What "auto" means.
  std::optional<log::LogFileSpec> own_file = {};  // Of supervisord's own log.
};

// Where the output of a service goes, with "auto" decided and the default path filled in.
struct LogTarget {
  LogTo to = LogTo::file;
  std::string path;  // For LogTo::file.
};
[[nodiscard]] LogTarget log_target(const LogDefaults& defaults, const std::string& name, LogStream stream,
                                   const LogSpec& spec);

// Opens it. Files that are made are `owner`'s. Errors: as sys::open_log().
[[nodiscard]] Result<log::Destination> open_destination(const LogDefaults& defaults, const LogTarget& target,
                                                        const LogSpec& spec, std::optional<sys::FileOwner> owner);

// The destinations beside the first: what `also` says, and messages. Errors: as sys::open_log().
struct FurtherOrder {
  std::string service;
  std::string name;  // Of the instance.
  LogStream stream = LogStream::standard_output;
  log::Stream carries = log::Stream::out;  // The stream whose lines come; another one where both share a log.
  RunId run;
  std::optional<sys::FileOwner> owner;
};
[[nodiscard]] Result<std::vector<log::FurtherDestination>> open_further(const LogDefaults& defaults,
                                                                        const LogSpec& spec, const FurtherOrder& order);

// Where supervisord's own log goes. Errors: as sys::open_log().
[[nodiscard]] Result<log::OwnDestinations> open_own_log(const LogDefaults& defaults, const DaemonLogSpec& spec);

// Its file, if it has one.
[[nodiscard]] std::optional<log::LogFileSpec> own_log_file(const LogDefaults& defaults, const DaemonLogSpec& spec);

// The files of an instance, for who tends them while nobody writes to them, too. No owner is looked up for it.
[[nodiscard]] std::vector<log::LogFileSpec> log_files(const LogDefaults& defaults, const std::string& name,
                                                      const ServiceSpec& spec);

}  // namespace sup
