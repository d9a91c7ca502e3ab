// Outside: what a configuration asks of the machine while it is read. The answers are kept, so that the same set comes
// of the same files later, whatever has become of the machine since (load_again()).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/load.hpp"
#include "config/paths.hpp"

namespace sup {

inline constexpr std::size_t kMaxInsertedBytes = 64 * 1024;

class Outside {
 public:
  explicit Outside(const LoadOptions& options) : options_(options) {}

  // What was answered once.
  void recall(const ConfigFile& answer) { answers_.insert_or_assign(answer.name, answer.text); }
  // All that was asked, or recalled.
  [[nodiscard]] std::vector<ConfigFile> answers() const;

  // Links are followed: one that leads nowhere is not there.
  [[nodiscard]] bool exists(const std::string& path);
  [[nodiscard]] std::string host();
  // Not kept: the environment of supervisord is the same in all its lives.
  [[nodiscard]] std::optional<std::string> env(std::string_view name) const { return options_.who.env(name); }
  // What a file holds, without the newline at its end. It decides what runs as any file of the configuration, and is
  // looked at in the same way. Errors: as of opening and reading it; denied, if root does not trust it; limit.
  [[nodiscard]] Result<std::string> file(const std::string& path);

 private:
  const LoadOptions& options_;
  std::map<std::string, std::string, std::less<>> answers_;
};

}  // namespace sup
