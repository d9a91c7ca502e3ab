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
  // Until something has changed since the beginning, and nothing more for a moment.
  [[nodiscard]] OrFailure<> await_change();

 private:
  ConfigWatch(std::vector<std::string> looked_for, sys::TreeWatch watch)
      : looked_for_(std::move(looked_for)), watch_(std::move(watch)) {}
  [[nodiscard]] bool is_change(const sys::TreeWatch::Changes& changes) const;

  std::vector<std::string> looked_for_;  // Paths and patterns.
  sys::TreeWatch watch_;
};

}  // namespace sup::ctl
