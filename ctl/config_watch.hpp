// ConfigWatch: waits for a change of the files that the configuration of supervisord comes from, or might come from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctl/client.hpp"
#include "ctl/context.hpp"
#include "sys/tree_watch.hpp"

namespace sup::ctl {

class ConfigWatch {
 public:
  // Of what supervisord would read now. Failures: those of asking it; nothing is there to be watched, or it cannot be.
  [[nodiscard]] static OrFailure<ConfigWatch> begin(Context& context);
  // Whether other places count by now.
  [[nodiscard]] bool is_outdated(const wire::PlanReply& plan) const { return plan.looked_for != looked_for_; }
  // Until something has changed since the beginning, and nothing more for a moment.
  [[nodiscard]] OrFailure<> await_change();

 private:
  ConfigWatch(std::vector<std::string> looked_for, std::vector<std::string> also, sys::TreeWatch watch)
      : looked_for_(std::move(looked_for)), also_(std::move(also)), watch_(std::move(watch)) {}
  [[nodiscard]] bool is_change(const sys::TreeWatch::Changes& changes) const;

  std::vector<std::string> looked_for_;  // Patterns, as supervisord has told them.
  std::vector<std::string> also_;        // What links lead to.
  sys::TreeWatch watch_;
};

}  // namespace sup::ctl
