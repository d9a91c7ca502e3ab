// A module for the name service switch, as libnss_slow.so.2: an account database that answers when a test says so.
//
// It is asked for users called slow-NAME. SLOW_ACCOUNTS names a folder: there it makes NAME.asked, and waits until NAME
// is there, too, and says what the answer is: a number, which is the user's and his group's; `none`, there is no such
// user; anything else, the database cannot be asked. Other C libraries have no such switch, and this is empty there.
#if __has_include(<nss.h>)
#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kPrefix = "slow-";
constexpr useconds_t kLook = 10'000;

// Waits for the file, and returns its first line.
std::string answer_in(const std::string& path) {
  int fd = -1;
  while ((fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) < 0) ::usleep(kLook);
  char text[32];
  const ssize_t size = ::read(fd, text, sizeof text);
  ::close(fd);
  const std::string_view all(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return std::string(all.substr(0, all.find('\n')));
}

std::string answer_for(std::string_view name) {
  const char* folder = std::getenv("SLOW_ACCOUNTS");
  if (folder == nullptr || !name.starts_with(kPrefix)) return "none";
  const std::string path = std::string(folder) + "/" + std::string(name.substr(kPrefix.size()));
  ::close(::open((path + ".asked").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return answer_in(path);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] nss_status _nss_slow_getpwnam_r(  // NOLINT(bugprone-reserved-identifier)
    const char* name, passwd* entry, char* buffer, std::size_t size, int* error_number) {
  const std::string answer = answer_for(name);
  if (answer == "none") {
    *error_number = ENOENT;
    return NSS_STATUS_NOTFOUND;
  }
  char* end = nullptr;
  const auto id = static_cast<uid_t>(std::strtoul(answer.c_str(), &end, 10));
  if (answer.empty() || *end != '\0') {
    errno = *error_number = ECONNREFUSED;
    return NSS_STATUS_UNAVAIL;
  }
  if (size < std::strlen(name) + 1) {
    errno = *error_number = ERANGE;
    return NSS_STATUS_TRYAGAIN;
  }
  std::snprintf(buffer, size, "%s", name);
  static char empty[] = "", root[] = "/";
  *entry = {buffer, empty, id, id, empty, root, empty};
  return NSS_STATUS_SUCCESS;
}
#endif
