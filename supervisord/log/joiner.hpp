// Joiner: lines that belong together, as one record.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "log/record.hpp"
#include "regex/pattern.hpp"

namespace sup::log {

// A record begins with a line in which the pattern is found and goes on until the next such line, or until it is taken
// because nothing has come for a while. One of more than `most` bytes comes in pieces, marked like those of a line.
class Joiner {
 public:
  struct Record {
    WallTime time{};        // Of its first line.
    std::string text = {};  // Lines with newlines between them, none at the end.
    Marks marks = {};
  };

  Joiner(Pattern start, std::size_t most) : start_(std::move(start)), most_(most) {}

  // Calls out(const Record&) for what the line completes. It comes without its end; `marks` are its own.
  template <class Out>
  void add(WallTime time, std::string_view line, Marks marks, Out&& out) {
    const bool begins = !marks.continuation && start_.is_in(line);
    const bool is_too_much = has_record_ && record_.text.size() + 1 + line.size() > most_;
    if (has_record_ && (begins || is_too_much)) {
      record_.marks.truncated = !begins;
      take(out);
      record_.marks.continuation = !begins;
    }
    if (!has_record_) {
      record_.time = time;
      record_.marks.continuation |= marks.continuation;
    } else if (!marks.continuation) {
      record_.text += '\n';
    }
    record_.text += line;
    has_record_ = true;
  }
  // There is nothing to wait for.
  template <class Out>
  void take(Out&& out) {
    if (!std::exchange(has_record_, false)) return;
    out(std::as_const(record_));
    record_.text.clear();
    record_.marks = {};
  }
  [[nodiscard]] bool has_record() const { return has_record_; }
  [[nodiscard]] const Record& record() const { return record_; }
  // Goes on where another one was.
  void resume(Record record) {
    record_ = std::move(record);
    has_record_ = true;
  }

 private:
  Pattern start_;
  std::size_t most_;
  Record record_;
  bool has_record_ = false;
};

}  // namespace sup::log
