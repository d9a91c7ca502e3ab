// One reader, as the two threads share it.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "log/follow.hpp"
#include "log/follower_queue.hpp"
#include "log/history.hpp"
#include "log/survey.hpp"

namespace sup::log {

// Made by the control loop, owned and destroyed by the log thread, and used by the control loop until it has sent the
// command that ends it.
struct Follower {
  Follower(FollowerId id_, FollowRequest request_, std::size_t queue_bytes)
      : id(id_), request(std::move(request_)), queue(queue_bytes), wants_all(request.services.empty()) {
    std::ranges::sort(request.services);
  }

  [[nodiscard]] bool wants(InstanceId service) const {
    return wants_all || std::ranges::binary_search(request.services, service);
  }

  const FollowerId id;
  FollowRequest request;

  std::mutex mutex;  // Guards the next four. Neither thread does anything that waits while it holds this.
  FollowerQueue queue;
  bool is_waiting = true;      // take() left the queue empty: the next line wakes the loop.
  bool is_catching_up = true;  // The log thread has more when the queue is empty: it must be asked.
  std::optional<Survey> survey;

  // The rest is the log thread's.
  const bool wants_all;
  std::optional<History> history;  // Until it has caught up.
};

}  // namespace sup::log
