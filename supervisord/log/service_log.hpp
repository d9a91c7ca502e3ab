// What the log thread keeps of a service.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "log/ring.hpp"
#include "log/valve.hpp"

namespace sup::log {

struct ServiceLog {
  InstanceId id;
  std::string name;
  Ring ring;
  std::size_t inputs = 0;            // Pipes that are attached.
  std::array<Valve, 2> valves = {};  // Of Source::Log.
  bool has_told_pipe_size = false;   // That the kernel refuses it.
  bool is_forgotten = false;         // Goes with its last pipe.
};

using ServiceLogs = std::map<InstanceId, std::unique_ptr<ServiceLog>>;

}  // namespace sup::log
