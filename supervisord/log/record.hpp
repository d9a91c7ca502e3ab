// What the output of services is made of: lines, and blocks of lines that arrived together.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/enum_names.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace sup::log {

// Which pipe of the service a line came through.
enum class Stream : std::uint8_t { out, err };

// Which streams a reader wants.
enum class StreamFilter : std::uint8_t { both, out, err };

[[nodiscard]] constexpr bool passes(StreamFilter filter, Stream stream) {
  return filter == StreamFilter::both || (filter == StreamFilter::out) == (stream == Stream::out);
}

// How the ends of a block differ from line ends.
struct Marks {
  bool continuation = false;  // The first line goes on with the line that the block before it began.
  bool truncated = false;     // The last line was longer than a bound: its rest is the next block, or was not kept.
  friend bool operator==(const Marks&, const Marks&) = default;
};

// Lines that were read at once from one stream. Each line ends with a newline, except that the last one has none if it
// is `truncated`, or if the stream ended (or its run was flushed) in the middle of a line.
struct Block {
  std::string_view bytes = {};
  std::uint32_t lines = 0;  // The number of line ends, plus one for a last line without.
  Marks marks = {};
};

// Where and when a block was read. `sequence` orders all blocks of a log thread; unlike `time` it never goes back.
struct Origin {
  WallTime time = {};
  std::uint64_t sequence = 0;
  RunId run = {};
  InstanceId service = {};
  Stream stream = Stream::out;
  std::uint64_t position = 0;  // Where what becomes of it begins in the file of its log, see Kept.
};

// One line as a reader gets it, without its newline. The views belong to the result that carries the record.
struct Record {
  WallTime time;
  InstanceId service;
  RunId run;
  Stream stream = Stream::out;
  Marks marks;
  std::string_view name;
  std::string_view bytes;
};

}  // namespace sup::log

namespace sup {

template <>
inline constexpr auto kEnumNames<log::Stream> = std::array{
    EnumName{log::Stream::out, "stdout"},
    EnumName{log::Stream::err, "stderr"},
};
template <>
inline constexpr auto kEnumNames<log::StreamFilter> = std::array{
    EnumName{log::StreamFilter::both, "both"},
    EnumName{log::StreamFilter::out, "stdout"},
    EnumName{log::StreamFilter::err, "stderr"},
};

}  // namespace sup
