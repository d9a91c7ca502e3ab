// Texts of start, stop, restart and kill: a change while it is under way, and how it ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/context.hpp"
#include "wire/commands.hpp"
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

// What became of a change that a manager has died under, of each service that it was for.
struct Resumed {
  std::vector<std::string> begun;      // It was carried out: its end is awaited.
  std::vector<std::string> not_begun;  // It was not, or asking again makes no difference yet.
  std::vector<std::string> unknown;    // Nobody can tell.
};
// By the state that each is in now and since when; `asked`: when ctl asked, in Unix milliseconds. A change begins with
// another state, and what has not begun to restart yet (others have to go before it) restarts once, however often that
// was asked; but a reload may be a mere signal.
[[nodiscard]] Resumed resume_change(wire::Verb verb, std::int64_t asked, const wire::StatusReply& now);

// One step, while a change is under way.
void print_progress(Context& context, const wire::ChangeProgress& step);
// Why a service failed, with the last lines that it wrote to standard error: several lines, each with a newline.
[[nodiscard]] std::string failure_lines(std::string_view verb, const wire::ChangeResult& result);

}  // namespace sup::ctl
