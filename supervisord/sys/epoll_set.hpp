// epoll(7) as a value: for the many descriptors that would cost the loop a handle each (it is itself pollable, so it
// can be nested in the loop), and for the log thread.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "base/time.hpp"
#include "sys/unique_fd.hpp"

namespace sup::sys {

// One descriptor that is ready: which (by the number it was added with) and for what (EPOLLIN, ...).
struct ReadyEvent {
  std::uint64_t data = 0;
  std::uint32_t events = 0;
};

class EpollSet {
 public:
  [[nodiscard]] static Result<EpollSet> create();
  // Readable when an added descriptor is ready.
  [[nodiscard]] const UniqueFd& fd() const noexcept { return epoll_; }

  [[nodiscard]] Result<> add(const UniqueFd& fd, std::uint32_t events, std::uint64_t data);
  [[nodiscard]] Result<> modify(const UniqueFd& fd, std::uint32_t events, std::uint64_t data);
  // Before the descriptor is closed. A descriptor with copies elsewhere would otherwise stay in the set.
  [[nodiscard]] Result<> remove(const UniqueFd& fd);

  // The descriptors that are ready, at most out.size(). Waits for the first one at most `timeout`; without one for
  // ever. Being interrupted by a signal gives 0. The timeout is rounded up to whole milliseconds.
  [[nodiscard]] Result<std::size_t> wait(std::span<ReadyEvent> out, std::optional<Duration> timeout);

 private:
  explicit EpollSet(UniqueFd epoll) noexcept : epoll_(std::move(epoll)) {}
  UniqueFd epoll_;
};

}  // namespace sup::sys
