#include "sys/epoll_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/check.hpp"

namespace sup::sys {

namespace {

Result<> control(const UniqueFd& epoll, int operation, const UniqueFd& fd, std::uint32_t events, std::uint64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  if (::epoll_ctl(epoll.get(), operation, fd.get(), &event) < 0)
    return fail_errno(errno, fmt::format("cannot watch descriptor {}", fd.get()));
  return {};
}

int milliseconds_of(std::optional<Duration> timeout) {
  if (!timeout) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(*timeout, Duration::zero()));
  return static_cast<int>(std::min<std::int64_t>(rounded.count(), INT_MAX));
}

}  // namespace

Result<EpollSet> EpollSet::create() {
  UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  if (!epoll.is_open()) return fail_errno(errno, "cannot make an epoll set");
  return EpollSet{std::move(epoll)};
}

Result<> EpollSet::add(const UniqueFd& fd, std::uint32_t events, std::uint64_t data) {
  return control(epoll_, EPOLL_CTL_ADD, fd, events, data);
}

Result<> EpollSet::modify(const UniqueFd& fd, std::uint32_t events, std::uint64_t data) {
  return control(epoll_, EPOLL_CTL_MOD, fd, events, data);
}

Result<> EpollSet::remove(const UniqueFd& fd) { return control(epoll_, EPOLL_CTL_DEL, fd, 0, 0); }

Result<std::size_t> EpollSet::wait(std::span<ReadyEvent> out, std::optional<Duration> timeout) {
  CHECK(!out.empty());
  std::array<epoll_event, 64> events;
  const int room = static_cast<int>(std::min(out.size(), events.size()));
  const int count = ::epoll_wait(epoll_.get(), events.data(), room, milliseconds_of(timeout));
  if (count < 0 && errno == EINTR) return std::size_t{0};
  if (count < 0) return fail_errno(errno, "cannot wait for descriptors");
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) out[i] = {events[i].data.u64, events[i].events};
  return static_cast<std::size_t>(count);
}

}  // namespace sup::sys
