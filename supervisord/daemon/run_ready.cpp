// Runs: who says by a newline on a descriptor that it is ready (ready.fd), as s6 has it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "daemon/runs.hpp"

namespace sup {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;  // Without a newline: a descriptor that was taken for another.
// A program that ends closes it, too, a moment before its end is noticed, and that says more.
constexpr Duration kClosePatience = std::chrono::milliseconds{100};

}  // namespace

void Runs::await_newline(InstanceId instance, Run& run, UniqueFd pipe) {
  const int fd = pipe.get();
  const auto on_close = [this, instance, id = run.id] {
    Run* found = live(instance, id);
    if (found == nullptr || !found->ready) return;
    const bool has_ended = found->main_is_gone && found->service->spec.type != ServiceType::forking;
    if (!has_ended) end_ready(instance, *found, "closed");
  };
  const auto on_bytes = [this, instance, id = run.id](loop::Readiness) {
    if (Run* found = live(instance, id); found != nullptr && found->ready) hear_ready(instance, *found);
  };
  run.ready.reset(new ReadyPipe{std::move(pipe), 0, loop::Timer(loop_, on_close),
                                loop::Poll(loop_, fd, loop::Interest::readable, on_bytes)});
}

// One piece: a poll that is not satisfied comes back, and others have their turn.
void Runs::hear_ready(InstanceId instance, Run& run) {
  ReadyPipe& ready = *run.ready;
  std::array<char, 4096> piece;
  const ssize_t got = ::read(ready.pipe.get(), piece.data(), piece.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    ready.poll.set(loop::Interest::nothing);
    return ready.close_patience.arm(kClosePatience);
  }
  const auto size = static_cast<std::size_t>(got);
  if (std::find(piece.data(), piece.data() + size, '\n') != piece.data() + size) {
    run.ready.reset();
    return post_(BecameReady{instance, run.id});
  }
  ready.heard += size;
  if (ready.heard > kMostBytes) end_ready(instance, run, fmt::format("wrote {} bytes to", ready.heard));
}

// It can never become ready by this pipe.
void Runs::end_ready(InstanceId instance, Run& run, std::string failure) {
  const RunId id = run.id;
  const int number = *run.service->spec.ready->fd;
  run.ready.reset();
  post_(ReadyFailed{instance, id, fmt::format("{} descriptor {} (ready.fd) without a newline", failure, number)});
}

}  // namespace sup
