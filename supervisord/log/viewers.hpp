// Viewers: who looks at the output of a service byte by byte, as it comes, through a socket of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "sys/epoll_set.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

using ViewerId = Id<struct ViewerTag, std::uint64_t>;  // Never reused.

struct ViewRequest {
  InstanceId service;
  bool is_terminal = false;  // Of its terminal, and not of its other pipes (hooks); else of its pipes.
  UniqueFd socket;           // A stream socket; written without waiting, whatever its flags are.
};

struct Viewer {
  ViewerId id;
  ViewRequest request;
  std::uint64_t token = 0;   // In the epoll set.
  std::uint64_t missed = 0;  // Bytes that it was too slow for, since it last was not.
};

// What a viewer may leave unread is what its socket holds. One that leaves more misses what comes until there is room
// again; then it learns how much that was.
class Viewers {
 public:
  explicit Viewers(sys::EpollSet& epoll) : epoll_(epoll) {}

  Viewer& add(Viewer viewer);
  void remove(ViewerId id);
  // Those whose request this is, for bytes that came from it.
  void deliver(InstanceId service, bool is_terminal, std::string_view bytes);
  // Sends, or counts as missed and waits for room. Nothing of it if the viewer is behind already.
  void send(Viewer& viewer, std::string_view bytes);
  // A viewer that was behind, by its token, when there is room; null if it is none of ours. It is not behind any more.
  [[nodiscard]] Viewer* catch_up(std::uint64_t token);
  [[nodiscard]] Viewer* find(ViewerId id);

 private:
  sys::EpollSet& epoll_;
  std::map<ViewerId, Viewer> viewers_;
};

}  // namespace sup::log
