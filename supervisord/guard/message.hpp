// What goes through the socket between a manager and its guard, one message per packet (SOCK_SEQPACKET). Numbers are in
// this machine's order: both sides are the same program. Reading is pure, and believes nothing.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sup::guard {

inline constexpr std::size_t kNameBytes = 63;  // Of a held descriptor: any bytes but a line feed, at least one.
inline constexpr std::size_t kMostHeld = 65'536;
inline constexpr std::size_t kJournalLength = 4'096;  // Exits that are not confirmed; more stay zombies meanwhile.

inline constexpr std::size_t kMostFds = 63;  // In one message.
inline constexpr std::size_t kMessageBytes = 1 + kMostFds * (1 + kNameBytes);

enum class Kind : char {
  // To the guard.
  put = 'P',      // Names, and as many descriptors with the message.
  drop = 'D',     // Names.
  confirm = 'C',  // A sequence: 8 bytes.
  goodbye = 'G',  // An exit code: 4 bytes.
  propose = 'T',  // A program and a pipe, with the message: could it go on in place of this one?
  replace = 'X',  // When this manager has ended it shall, if it could.
  // From the guard.
  exits = 'E',    // The sequence of the first: 8 bytes; then as many Ended as follow each other.
  refused = 'R',  // An errno: 4 bytes; then names.
  tried = 'A',    // How the trial of a program has ended: an Ended.
};

// One process that has ended, as waitid(2) tells it: `how` is CLD_EXITED, CLD_KILLED or CLD_DUMPED.
struct Ended {
  std::int32_t pid = 0;
  std::int32_t how = 0;
  std::int32_t status = 0;
};

// Names follow each other, each after a byte with its length.
class Names {
 public:
  explicit Names(std::string_view bytes) noexcept : rest_(bytes) {}
  // Nothing at the end, and where the bytes are none; is_whole() tells these apart.
  [[nodiscard]] std::optional<std::string_view> next() noexcept;
  [[nodiscard]] bool is_whole() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Request {
  Kind kind = Kind::drop;
  std::string_view names;  // Of put and drop: at least one, each of them valid; of put as many as descriptors.
  std::uint64_t sequence = 0;
  int code = 0;  // 0 to 255.
};

// Nothing: these bytes with this many descriptors are no message to the guard.
[[nodiscard]] std::optional<Request> read_request(std::string_view bytes, std::size_t fds) noexcept;

// The signals that ask supervisord for its end.
[[nodiscard]] inline bool asks_to_end(int signal) noexcept {
  return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT || signal == SIGPWR || signal == SIGRTMIN + 3;
}

}  // namespace sup::guard
