// The files of one log as lines, read backwards from where memory begins, and forwards from where that stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "log/line_form.hpp"
#include "log/old_file.hpp"
#include "log/survey.hpp"
#include "regex/pattern.hpp"

namespace sup::log {

// A log, and what is known of it.
struct OldLog {
  InstanceId service;
  std::string name;  // Of the instance.
  std::string path;
  LineForm form = {};
  std::optional<Stream> stream = {};  // All its lines are of this one.
  FilePart part = {};
  std::optional<WallTime> oldest = {};  // Of what memory holds of the service.
  std::string shared_with = {};         // Who else writes to its files: names, for people.
  bool tells_whose = false;             // Lines of others are not of the form.
};

// Which lines are wanted.
struct OldWanted {
  std::optional<WallTime> since = {};
  std::optional<WallTime> until = {};
  StreamFilter streams = StreamFilter::both;
  std::optional<Pattern> grep = {};
};

class OldLines {
 public:
  // A line, and what it is to be sorted by among those of other logs: its time, or if it has none a moment at which it
  // was there.
  struct Line {
    WallTime key{};
    OldLine line = {};
  };

  // `files`: oldest first, the one that is written last. All that is referred to must outlive this.
  OldLines(const OldLog& log, const OldWanted& wanted, std::vector<OldFile> files, std::size_t block)
      : log_(log), wanted_(wanted), files_(std::move(files)), block_(block) {}

  // Finds where memory begins. Errors: as OldFile.
  [[nodiscard]] Result<> open();
  // There is nothing that memory does not have.
  [[nodiscard]] bool is_empty() const { return begin_ == end_; }
  // The line before the one that was returned last.
  [[nodiscard]] Result<std::optional<Line>> previous();
  // The line that previous() returned last is the first one that next() returns.
  void begin_here() { start_ = line_start_; }
  [[nodiscard]] bool has_begin() const { return start_.has_value(); }
  // From there on. To be called when previous() is not called any more.
  [[nodiscard]] Result<std::optional<Line>> next();

  // It has wanted lines of which it does not say the stream, so they were left out.
  [[nodiscard]] bool lacks_stream() const { return lacks_stream_; }
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  // A byte of the log: which file, and where in it.
  struct Place {
    std::size_t file = 0;
    std::uint64_t at = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  [[nodiscard]] Result<Place> back_from(Place place, std::uint64_t bytes);
  [[nodiscard]] Result<> skip_gone_lines(const Place& written);
  [[nodiscard]] Result<bool> step_back();
  [[nodiscard]] std::uint64_t size_of(std::size_t file);
  [[nodiscard]] Result<std::optional<std::string>> bytes_before();
  [[nodiscard]] Result<std::optional<std::string>> bytes_behind(const Place& end);
  [[nodiscard]] Line read_line(std::string bytes, std::size_t file);
  [[nodiscard]] bool is_wanted(const OldLine& line);
  [[nodiscard]] bool is_in_memory(const Line& line) const;

  const OldLog& log_;
  const OldWanted& wanted_;
  std::vector<OldFile> files_;
  std::size_t block_;
  Place begin_;       // Nothing before this is wanted,
  Place end_;         // and nothing from here on.
  Place cursor_;      // Read up to here.
  Place line_start_;  // Of the line that was read last.
  std::optional<Place> start_;
  bool is_reading_on_ = false;
  std::string window_;    // Bytes before the cursor, or behind it,
  std::size_t used_ = 0;  // from here on.
  std::optional<WallTime> last_time_;
  bool lacks_stream_ = false;
};

}  // namespace sup::log
