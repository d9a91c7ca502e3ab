#include "guard/handover.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <concepts>

#include "sys/line.hpp"

namespace sup::guard {
namespace {

constexpr std::string_view kFirstLine = "supervisord-guard 1";
constexpr std::string_view kLastLine = "end";
constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

class Lines {
 public:
  explicit Lines(int fd) noexcept : fd_(fd) {}
  template <std::integral... Numbers>
  void add(std::string_view word, Numbers... numbers) noexcept {
    line_.add(word);
    ((line_.add(" "), line_.add(numbers)), ...);
    end();
  }
  void add_held(int fd, std::string_view name) noexcept {
    line_.add("held ");
    line_.add(fd);
    line_.add(" ");
    line_.add(name);
    end();
  }
  void flush() noexcept {
    sys::write_text(fd_, line_.text());
    line_ = {};
  }

 private:
  void end() noexcept {
    constexpr std::size_t kMuch = 4'000;
    line_.add("\n");
    if (line_.text().size() > kMuch) flush();
  }

  int fd_;
  sys::Line line_;
};

// What is left of a text, by lines and words.
std::string_view cut(std::string_view& rest, char at) noexcept {
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != at) ++size;
  const std::string_view out(rest.data(), size);
  rest.remove_prefix(size < rest.size() ? size + 1 : size);
  return out;
}

// 0: there is none.
template <std::integral Number>
void read_number(std::string_view& rest, Number& out) noexcept {
  const std::string_view word = cut(rest, ' ');
  out = 0;
  (void)std::from_chars(word.data(), word.data() + word.size(), out);
}
template <std::integral... Numbers>
void read_numbers(std::string_view rest, Numbers&... out) noexcept {
  (read_number(rest, out), ...);
}

void take_signal(std::string_view rest, State& state) noexcept {
  int number = 0;
  Arrived arrived{.is_waiting = true};
  read_numbers(rest, number, arrived.sender, arrived.user);
  if (number > 0 && number < NSIG) state.arrived[number] = arrived;
}

void take_held(std::string_view rest, State& state) noexcept {
  int fd = -1;
  read_number(rest, fd);
  if (fd > STDERR_FILENO && !rest.empty() && rest.size() <= kNameBytes) (void)state.shelf.put(rest, fd);
}

void take_line(std::string_view word, std::string_view rest, State& state) noexcept {
  Ended ended;
  std::uint64_t first = 0;
  if (word == "files") return read_numbers(rest, state.files.soft, state.files.hard);
  if (word == "programs") return read_numbers(rest, state.programs.own, state.programs.former);
  if (word == "managers") return read_numbers(rest, state.managers);
  if (word == "asks") return read_numbers(rest, state.asks.count, state.asks.signal, state.asks.pid);
  if (word == "previous") return read_numbers(rest, state.previous.pid, state.previous.how, state.previous.status);
  if (word == "signal") return take_signal(rest, state);
  if (word == "held") return take_held(rest, state);
  if (word == "exits") {
    read_number(rest, first);
    state.journal.begin_with(first);
  } else if (word == "exit" && !state.journal.is_full()) {
    read_numbers(rest, ended.pid, ended.how, ended.status);
    state.journal.add(ended);
  }
}

}  // namespace

int write_handover(const State& state) noexcept {
  const int fd = ::memfd_create("supervisord-handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -1;
  Lines lines(fd);
  lines.add(kFirstLine);
  lines.add("files", state.files.soft, state.files.hard);
  lines.add("programs", state.programs.own, state.programs.former);
  lines.add("managers", state.managers);
  lines.add("asks", state.asks.count, state.asks.signal, state.asks.pid);
  lines.add("previous", state.previous.pid, state.previous.how, state.previous.status);
  for (int number = 1; number < NSIG; ++number)
    if (const Arrived& one = state.arrived[number]; one.is_waiting) lines.add("signal", number, one.sender, one.user);
  lines.add("exits", state.journal.first());
  for (std::size_t i = 0; i < state.journal.size(); ++i)
    lines.add("exit", state.journal.at(i).pid, state.journal.at(i).how, state.journal.at(i).status);
  for (std::size_t i = 0; i < state.shelf.size(); ++i) lines.add_held(state.shelf.fd(i), state.shelf.name(i));
  lines.add(kLastLine);
  lines.flush();
  (void)::fcntl(fd, F_ADD_SEALS, kSeals);
  return fd;
}

bool read_handover(int fd, State& out) noexcept {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size <= 0 || ::fcntl(fd, F_GET_SEALS) != kSeals) return false;
  const auto length = static_cast<std::size_t>(size);
  void* const memory = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) return false;
  const bool is_whole = parse_handover({static_cast<const char*>(memory), length}, out);
  (void)::munmap(memory, length);
  return is_whole;
}

bool parse_handover(std::string_view text, State& out) noexcept {
  const bool is_handover = cut(text, '\n') == kFirstLine;
  bool is_whole = false;
  while (is_handover && !text.empty()) {
    std::string_view line = cut(text, '\n');
    is_whole = line == kLastLine;
    const std::string_view word = cut(line, ' ');
    take_line(word, line, out);
  }
  return is_whole;
}

void carry_descriptors(const State& state, bool is_carried) noexcept {
  const int flags = is_carried ? 0 : FD_CLOEXEC;
  for (std::size_t i = 0; i < state.shelf.size(); ++i) (void)::fcntl(state.shelf.fd(i), F_SETFD, flags);
  (void)::fcntl(state.programs.own, F_SETFD, flags);
  (void)::fcntl(state.programs.former, F_SETFD, flags);
}

}  // namespace sup::guard
