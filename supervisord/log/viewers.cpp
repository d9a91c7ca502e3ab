#include "log/viewers.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sup::log {

Viewer& Viewers::add(Viewer viewer) {
  const ViewerId id = viewer.id;
  return viewers_.insert_or_assign(id, std::move(viewer)).first->second;
}

Viewer* Viewers::find(ViewerId id) {
  const auto found = viewers_.find(id);
  return found == viewers_.end() ? nullptr : &found->second;
}

void Viewers::remove(ViewerId id) {
  const Viewer* viewer = find(id);
  if (viewer == nullptr) return;
  if (viewer->missed > 0) (void)epoll_.remove(viewer->request.socket);
  viewers_.erase(id);
}

void Viewers::deliver(InstanceId service, bool is_terminal, std::string_view bytes) {
  for (auto& [id, viewer] : viewers_)
    if (viewer.request.service == service && viewer.request.is_terminal == is_terminal) send(viewer, bytes);
}

// One that is gone takes everything: it is removed by who has brought it.
void Viewers::send(Viewer& viewer, std::string_view bytes) {
  const UniqueFd& socket = viewer.request.socket;
  while (!bytes.empty() && viewer.missed == 0) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return;
    if (sent < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (bytes.empty()) return;
  if (viewer.missed == 0 && !epoll_.add(socket, EPOLLOUT, viewer.token)) return;
  viewer.missed += bytes.size();
}

Viewer* Viewers::catch_up(std::uint64_t token) {
  const auto found = std::ranges::find_if(viewers_, [&](const auto& entry) { return entry.second.token == token; });
  if (found == viewers_.end()) return nullptr;
  (void)epoll_.remove(found->second.request.socket);
  return &found->second;
}

}  // namespace sup::log
