// Log files that several services write to.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "daemon/launch.hpp"
#include "engine/world.hpp"
#include "spec/log_spec.hpp"

namespace sup {

struct LogSharing {
  std::string with = {};     // The other services, for people; empty: there are none.
  bool tells_whose = false;  // A line of another one is not mistaken for one of this.
};

// Who writes to which file, of those whose path was written: a default path is nobody else's. What it was made from
// must outlive it, and not change.
class LogSharers {
 public:
  LogSharers(const LaunchContext& context, const World& w) : context_(context), w_(w) {}

  [[nodiscard]] LogSharing of(const Instance& instance, const LogSpec& log);

 private:
  struct Writer {
    const Instance* instance = nullptr;
    const LogSpec* log = nullptr;
  };
  void collect();
  [[nodiscard]] bool are_written_alike(const LogSpec& a, const LogSpec& b) const;

  const LaunchContext& context_;
  const World& w_;
  bool is_collected_ = false;
  std::unordered_map<std::string, std::vector<Writer>> writers_;  // By path.
};

// Whether a service that is added may write where it wants to, beside those that are there. Errors: invalid.
[[nodiscard]] Result<> check_log_files_of(const LaunchContext& context, const World& w, const NamedService& added);

}  // namespace sup
