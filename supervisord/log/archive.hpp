// What the files of several logs have that memory does not: the last lines of all of them together, or everything since
// a moment, in the order of their times. Reads from the ends of the files, and no more of them than it needs; it waits
// for the disk, so it is no work for the control loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "log/old_lines.hpp"
#include "log/survey.hpp"

namespace sup::log {

struct ArchiveRequest {
  std::vector<OldLog> logs = {};
  std::vector<RingStep> steps = {};            // What memory holds of what is wanted, oldest first.
  std::optional<std::size_t> last_lines = {};  // Of files and memory together.
  OldWanted wanted = {};
};

class Archive {
 public:
  explicit Archive(ArchiveRequest request);
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // First: finds where to begin. Files that cannot be read are left out, see take_notes().
  void find();
  // How many of the lines that memory holds and that count, the oldest, are not among the last ones.
  [[nodiscard]] std::uint64_t unwanted_steps() const { return unwanted_steps_; }

  struct Line {
    const OldLog* log = nullptr;
    OldLines::Line line;
  };
  // The next lines, about so many bytes; none: that is all.
  [[nodiscard]] std::vector<Line> next(std::size_t bytes);

  // What people should know about what they see: sentences.
  [[nodiscard]] std::vector<std::string> take_notes();
  // Bytes that were read of files, ever.
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  struct Directory {
    sys::LogDirectory directory;
    std::vector<sys::LogDirectory::Entry> files;
  };
  // One that is being read.
  struct Reader {
    const OldLog* log = nullptr;
    OldLines lines;
    std::optional<OldLines::Line> head = {};
  };

  void open(const OldLog& log);
  [[nodiscard]] Directory* directory_of(const std::string& path);
  [[nodiscard]] std::vector<OldFile> files_of(const OldLog& log);
  void step_back(Reader& reader);
  void step_on(Reader& reader);
  void give_up(Reader& reader, const Error& error);
  void note_streams();
  void note_order();

  ArchiveRequest request_;
  std::map<std::string, std::optional<Directory>> directories_;
  std::vector<Reader> readers_;
  std::vector<std::size_t> order_;  // Readers that have a head, as a heap.
  std::uint64_t unwanted_steps_ = 0;
  bool is_reading_on_ = false;
  std::vector<std::string> notes_;
};

}  // namespace sup::log
