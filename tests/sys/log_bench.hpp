// What the tests of the log thread share: a private directory, writers' pipes, waiting for a condition.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "log/log_thread.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"

#include "catch.hpp"

namespace sup::log_test {

using log::FileDestination;
using log::LogThread;
using log::NullDestination;
using log::StdoutDestination;
using log::Stream;

// Polls until the condition holds; the deadline is for a broken program only.
template <class Condition>
bool eventually(Condition&& condition) {
  const Instant deadline = sys::monotonic_now() + std::chrono::seconds{20};
  while (!condition()) {
    if (sys::monotonic_now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

class TempDir {
 public:
  TempDir() {
    std::string pattern = std::filesystem::temp_directory_path() / "log-test-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline UniqueFd open_append(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  REQUIRE(file.is_open());
  return file;
}

inline FileDestination to_file(const std::string& path) { return {open_append(path), path}; }

inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline sys::Pipe new_pipe() {
  auto pipe = sys::make_pipe();
  REQUIRE(pipe.has_value());
  return std::move(*pipe);
}

// For any thread, which the assertions of Catch2 are not.
inline void write_all(const UniqueFd& fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
    if (written <= 0) std::abort();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Reads what is there now.
inline std::string read_some(const UniqueFd& fd) {
  std::string bytes(1 << 16, '\0');
  pollfd readable{.fd = fd.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, 0) <= 0) return {};
  const ssize_t got = ::read(fd.get(), bytes.data(), bytes.size());
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

inline std::unique_ptr<LogThread> start(log::Options options = {}) {
  auto started = LogThread::start(options);
  REQUIRE(started.has_value());
  return std::move(*started);
}

// "NAME | line", or "NAME |+line" for one that goes on.
inline log::Layout with_name(const std::string& name) {
  using Slot = log::Layout::Slot;
  return {.parts = {{Slot::text, name + " |"}, {Slot::mark}, {Slot::line}}};
}

// Attaches a new pipe; writing to a console, lines have the name of their service in front. Returns the service's end
// of it.
inline UniqueFd attach(LogThread& thread, std::uint32_t service, log::Destination destination,
                       Stream stream = Stream::out, std::uint64_t run = 1, std::size_t line_max = log::kLineMax) {
  sys::Pipe pipe = new_pipe();
  const std::string name = "s" + std::to_string(service);
  std::optional<log::Layout> layout;
  if (std::holds_alternative<StdoutDestination>(destination)) layout = with_name(name);
  REQUIRE(thread.attach({.service = InstanceId{service},
                         .name = name,
                         .stream = stream,
                         .run = RunId{run},
                         .pipe = std::move(pipe.read_end),
                         .destination = std::move(destination),
                         .layout = std::move(layout),
                         .line_max = line_max}));
  return std::move(pipe.write_end);
}

inline bool wait_for_lines(const LogThread& thread, std::uint32_t service, std::uint64_t lines) {
  return eventually([&] { return thread.counters(InstanceId{service}).lines >= lines; });
}

inline std::string numbered(std::string_view name, std::uint64_t first, std::uint64_t last, std::size_t padding = 0) {
  std::string lines;
  for (std::uint64_t number = first; number <= last; ++number)
    lines += std::string(name) + " " + std::to_string(number) + std::string(padding, 'x') + "\n";
  return lines;
}

inline std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

// Takes from a reader until it has so many records or is at its end; `missed` is counted along.
struct Reader {
  LogThread& thread;
  log::FollowerId id;
  std::vector<std::string> lines = {};
  std::uint64_t missed = 0;
  bool at_end = false;

  bool read_until(std::size_t count) {
    return eventually([&] {
      const log::TakeResult taken = thread.take(id, 1 << 16);
      missed += taken.missed;
      at_end = taken.at_end;
      for (const auto& record : taken.records) lines.emplace_back(record.bytes);
      return at_end || lines.size() + missed >= count;
    });
  }
};

inline std::size_t count_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

}  // namespace sup::log_test
