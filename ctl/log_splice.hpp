// Goes on with the lines of services where another manager has left off.
//
// Lines have no numbers that outlive a manager, and in a raw file not even a time. So the next manager is asked for
// more than is missing, and where its lines begin to be new is found by those that were shown last: their bytes in
// their order, and their times where they have some. Exact for lines that differ; of a stretch of the same line over
// and over the last one counts as shown.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wire/arguments.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// One line, as far as it is remembered.
struct SeenLine {
  std::uint64_t hash = 0;
  std::optional<std::int64_t> time = {};
  std::optional<std::string> stream = {};
};

// How many of the `offered` lines, oldest first, come until the last one of `shown`; nothing: it is not among them.
[[nodiscard]] std::optional<std::size_t> find_end_of(std::span<const SeenLine> shown,
                                                     std::span<const SeenLine> offered);

class LogSplice {
 public:
  static constexpr std::size_t kKept = 64;           // Lines of a service by which its place is found.
  static constexpr std::int64_t kFirstLook = 1'000;  // Little is missing; many who look far keep a manager busy.
  static constexpr std::int64_t kFurther = 10;
  static constexpr std::int64_t kLastLook = 250'000;

  // `began`: lines that are older were not asked for, unless they were shown. Unix milliseconds.
  LogSplice(wire::Arguments arguments, std::int64_t began) : arguments_(std::move(arguments)), began_(began) {}

  // What is to be asked now.
  [[nodiscard]] wire::Arguments arguments();
  enum class Last : std::uint8_t { no, yes };
  // The lines of the batch that are to be shown. Lines of another manager are held back until it has caught up with
  // what was written before, or the batch was its last.
  [[nodiscard]] std::vector<wire::LogRecord> take(wire::LogsReply batch, Last last);
  // It is held back: what is said about the lines is about more than is shown.
  [[nodiscard]] bool is_splicing() const { return is_splicing_; }
  // Not found yet: it is to be asked again, for more.
  [[nodiscard]] bool must_look_further() const { return must_look_further_; }
  // Services of which lines may be missing in front of what was returned last, or come twice.
  [[nodiscard]] std::vector<std::string> take_doubtful() { return std::exchange(doubtful_, {}); }

 private:
  struct Shown {
    std::deque<SeenLine> lines;
  };
  struct Group;

  void note(const wire::LogRecord& record);
  [[nodiscard]] std::vector<wire::LogRecord> splice();
  [[nodiscard]] std::vector<Group> groups() const;
  [[nodiscard]] std::vector<SeenLine> offered(const Group& group) const;
  void find(Group& group) const;
  void place_by_time(Group& group, bool reaches_back);

  wire::Arguments arguments_;
  std::int64_t began_;
  std::map<std::string, Shown> shown_;  // By service.
  std::optional<std::int64_t> run_;     // That all lines are of; 0: of several.
  bool has_asked_ = false;
  bool has_caught_up_ = false;
  bool is_splicing_ = false;
  bool must_look_further_ = false;
  std::int64_t look_ = kFirstLook;
  std::vector<wire::LogRecord> held_;
  std::vector<std::string> doubtful_;
};

}  // namespace sup::ctl
