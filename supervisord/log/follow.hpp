// What a reader of output asks for and gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/record.hpp"
#include "regex/pattern.hpp"

namespace sup::log {

using FollowerId = Id<struct FollowerTag, std::uint64_t>;  // One reader of output; never reused.

// Whether a reader stays for the lines that are yet to come.
enum class Follow : std::uint8_t { no, yes };

struct FollowRequest {
  std::vector<InstanceId> services = {};       // Empty: all, also those that come later.
  std::optional<std::size_t> last_lines = {};  // Of all services together; without: all lines that the rings hold.
  std::optional<WallTime> since = {};          // Lines that were read earlier are left out,
  std::optional<WallTime> until = {};          // and those that were read later.
  StreamFilter streams = StreamFilter::both;
  // Only lines in which it is found count as the last ones. All lines are handed over all the same: looking at each is
  // left to who reads, since a line that comes must not cost the log thread that.
  std::optional<Pattern> grep = {};
  // 0: the last run of each service, -1: the one before it; positive: that run.
  std::optional<std::int64_t> run = {};
  Follow follow = Follow::no;
  std::map<InstanceId, RunId> runs = {};  // Which runs these are; found out by the log thread.
  // What memory cannot give is told by take_survey(), and then all lines that memory holds are handed over, not only
  // the last ones.
  bool is_surveyed = false;

  // Of a line of a service that is meant.
  [[nodiscard]] bool wants(const Origin& origin) const {
    if (!passes(streams, origin.stream) || (since && origin.time < *since) || (until && origin.time >= *until))
      return false;
    const auto found = run ? runs.find(origin.service) : runs.end();
    return !run || (found != runs.end() && found->second == origin.run);
  }
};

// What take() hands over. `missed` lines, exactly, are lost in front of the first record, because the reader was too
// slow.
struct TakeResult {
  std::vector<Record> records = {};  // In the order of arrival over all services.
  std::uint64_t missed = 0;
  bool has_more = false;  // More that is older than this question is on its way.
  bool at_end = false;    // Nothing more will come: everything asked for was handed over, or the services are gone.
  std::vector<char> storage = {};  // What the records point into; a vector, since moving it must not move its bytes.
};

}  // namespace sup::log
