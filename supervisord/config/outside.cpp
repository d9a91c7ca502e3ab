#include "config/outside.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

#include "base/text.hpp"
#include "config/files.hpp"
#include "sys/unique_fd.hpp"

namespace sup {
namespace {

constexpr int kMaxLinks = 16;

std::unexpected<Error> failed() {
  return fail(errno == ENOENT ? Errc::not_found : Errc::sys, std::string(errno_text(errno)));
}

// Opens it with each link at its end followed by itself, so that whoever could put another one in its place, by writing
// to the directory that it is in, is noticed. Errors: denied, if root does not trust such a directory.
Result<UniqueFd> open_trusted(const LoadOptions& options, std::string path) {
  UniqueFd at;
  for (int links = 0; links <= kMaxLinks; ++links) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
    UniqueFd parent(::openat(at.is_open() ? at.get() : AT_FDCWD, directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat status = {};
    if (!parent.is_open() || ::fstat(parent.get(), &status) != 0) return failed();
    if (const std::string why = distrust(options, status); !why.empty()) return fail(Errc::denied, why);
    const std::string name = path.substr(slash == path.npos ? 0 : slash + 1);
    // A fifo must not make us wait.
    UniqueFd file(::openat(parent.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
    if (file.is_open()) return file;
    if (errno != ELOOP) return failed();
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(parent.get(), name.c_str(), target.data(), target.size());
    if (size < 0) return failed();
    path = target.substr(0, static_cast<std::size_t>(size));
    at = std::move(parent);
  }
  errno = ELOOP;
  return failed();
}

}  // namespace

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
  const std::string what = fmt::format("cannot read {}", printable(path));
  auto opened = open_trusted(options_, path);
  if (!opened) return std::unexpected(std::move(opened).error().wrap(what));
  const UniqueFd fd = *std::move(opened);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return fail(Errc::sys, fmt::format("{}: {}", what, errno_text(errno)));
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
