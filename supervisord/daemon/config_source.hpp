// ConfigSource: where the configuration came from, to be read again while supervisord runs.
#pragma once

#include "daemon/daemon.hpp"

namespace sup {

class ConfigSource {
 public:
  // Of the command line; paths in it become absolute, so this is made before the working directory is another.
  explicit ConfigSource(DaemonOptions options);

  // What the files, or the environment of the start, say now. For a worker: it reads files, and asks for accounts.
  [[nodiscard]] Loaded read() const;
  // The files and directories that it comes from.
  [[nodiscard]] std::vector<std::string> paths() const;
  // What they said when they were read before.
  [[nodiscard]] Loaded read_again(std::vector<ConfigFile> files) const;
  // What of it takes no part in a start, as when supervisord began (--skip, --tag); the reason if it cannot be applied.
  [[nodiscard]] Result<> leave_out_of(SpecSet& set) const;

 private:
  DaemonOptions options_;
};

}  // namespace sup
