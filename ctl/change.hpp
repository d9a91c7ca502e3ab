// Texts of start, stop, restart and kill: a change while it is under way, and how it ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "wire/messages.hpp"

namespace sup::ctl {

// The states that each service went through, from the progress of a change.
class ChangePaths {
 public:
  void add(const wire::ChangeProgress& progress);
  [[nodiscard]] bool has(std::string_view service) const { return paths_.contains(service); }
  // "web: stopping -> starting -> running (1.2 s)"; for a failure "web: failed (0.2 s)" and its cause is told
  // elsewhere.
  [[nodiscard]] std::string result_line(const wire::ChangeResult& result) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> paths_;
};

// Why a service failed, with the last lines that it wrote to standard error: several lines, each with a newline.
[[nodiscard]] std::string failure_lines(std::string_view verb, const wire::ChangeResult& result);

}  // namespace sup::ctl
