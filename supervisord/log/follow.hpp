// What a reader of output asks for and gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "log/record.hpp"

namespace sup::log {

using FollowerId = Id<struct FollowerTag, std::uint64_t>;  // One reader of output; never reused.

// Whether a reader stays for the lines that are yet to come.
enum class Follow : std::uint8_t { no, yes };

struct FollowRequest {
  std::vector<InstanceId> services = {};       // Empty: all, also those that come later.
  std::optional<std::size_t> last_lines = {};  // Of all services together; without: all lines that the rings hold.
  std::optional<WallTime> since = {};          // Lines that were read earlier are left out.
  StreamFilter streams = StreamFilter::both;
  Follow follow = Follow::no;
};

// What take() hands over. `missed` lines, exactly, are lost in front of the first record, because the reader was too
// slow.
struct TakeResult {
  std::vector<Record> records = {};  // In the order of arrival over all services.
  std::uint64_t missed = 0;
  bool at_end = false;  // Nothing more will come: everything asked for was handed over, or the services are gone.
  std::vector<char> storage = {};  // What the records point into; a vector, since moving it must not move its bytes.
};

}  // namespace sup::log
