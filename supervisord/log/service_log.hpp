// What the log thread keeps of a service.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "log/ring.hpp"

namespace sup::log {

struct ServiceLog {
  InstanceId id;
  std::string name;
  Ring ring;
  std::size_t inputs = 0;     // Pipes that are attached.
  bool is_forgotten = false;  // Goes with its last pipe.
};

using ServiceLogs = std::map<InstanceId, std::unique_ptr<ServiceLog>>;

}  // namespace sup::log
