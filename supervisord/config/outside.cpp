#include "config/outside.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "config/files.hpp"
#include "sys/unique_fd.hpp"

namespace sup {

std::vector<ConfigFile> Outside::answers() const {
  std::vector<ConfigFile> out;
  for (const auto& [question, answer] : answers_) out.push_back({question, answer, ConfigKind::answer});
  return out;
}

bool Outside::exists(const std::string& path) {
  const auto [answer, is_new] = answers_.try_emplace("exists " + path);
  if (is_new) answer->second = ::access(path.c_str(), F_OK) == 0 ? "yes" : "no";
  return answer->second == "yes";
}

std::string Outside::host() {
  const auto [answer, is_new] = answers_.try_emplace("host");
  struct utsname names = {};
  if (is_new && ::uname(&names) == 0) answer->second = names.nodename;
  return answer->second;
}

Result<std::string> Outside::file(const std::string& path) {
  const std::string question = "file " + path;
  if (const auto known = answers_.find(question); known != answers_.end()) return known->second;
  // A fifo must not make us wait.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  const std::string what = fmt::format("cannot read {}", printable(path));
  struct stat status = {};
  if (!fd.is_open() || ::fstat(fd.get(), &status) != 0)
    return fail(errno == ENOENT ? Errc::not_found : Errc::sys, fmt::format("{}: {}", what, errno_text(errno)));
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, what + ": it is no file");
  if (const std::string why = distrust(options_, status); !why.empty())
    return fail(Errc::denied, fmt::format("{}: {}", what, why));
  std::string text(kMaxInsertedBytes + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Errc::sys, fmt::format("{}: {}", what, errno_text(errno)));
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  if (used > kMaxInsertedBytes)
    return fail(Errc::limit, fmt::format("{}: it is larger than {}", what, format_size(kMaxInsertedBytes)));
  text.resize(used);
  if (text.ends_with('\n')) text.pop_back();
  return answers_.emplace(question, std::move(text)).first->second;
}

}  // namespace sup
