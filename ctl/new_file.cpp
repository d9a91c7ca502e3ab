#include "ctl/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "sys/unique_fd.hpp"

namespace sup::ctl {

OrFailure<> write_file(const std::string& path, std::string_view text, Existing existing, std::string_view hint) {
  constexpr mode_t kMode = 0644;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (existing == Existing::kept ? O_EXCL : O_TRUNC);
  const UniqueFd file(::open(path.c_str(), flags, kMode));
  const auto cannot = [&](std::string_view what) {
    return failure(ExitCode::failed, fmt::format("cannot write {}: {}{}", printable(path), errno_text(errno), what));
  };
  if (!file.is_open()) return cannot(errno == EEXIST ? hint : "");
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto why = cannot("");
      if (existing == Existing::kept) ::unlink(path.c_str());
      return why;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace sup::ctl
