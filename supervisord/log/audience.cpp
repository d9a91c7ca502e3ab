#include "log/audience.hpp"

#include <utility>

namespace sup::log {
namespace {

std::vector<NamedRing> rings_of(const Follower& follower, const ServiceLogs& services) {
  std::vector<NamedRing> rings;
  for (const auto& [id, service] : services)
    if (follower.wants(id) && !service->ring.is_empty()) rings.push_back({&service->ring, service->name});
  return rings;
}

}  // namespace

void Audience::add(std::unique_ptr<Follower> follower, const ServiceLogs& services, std::uint64_t next_sequence,
                   const Surveyor& survey) {
  const std::vector<NamedRing> rings = rings_of(*follower, services);
  follower->history.emplace(follower->request, rings, next_sequence);
  Follower& added = *follower;
  if (added.request.is_surveyed) {
    Survey found = survey(added, rings);
    const std::lock_guard lock(added.mutex);
    added.survey = std::move(found);
  }
  followers_.emplace(added.id, std::move(follower));
  pump(added, services);
}

void Audience::refill(FollowerId follower, const ServiceLogs& services) {
  const auto found = followers_.find(follower);
  if (found != followers_.end() && found->second->history) pump(*found->second, services);
}

void Audience::pump(Follower& follower, const ServiceLogs& services) {
  const std::vector<NamedRing> rings = rings_of(follower, services);
  const std::lock_guard lock(follower.mutex);
  if (follower.history->pump(rings, follower.queue) == History::Progress::caught_up) {
    follower.history.reset();
    follower.is_catching_up = false;
    if (follower.request.follow == Follow::no) follower.queue.close();
  }
  wake(follower);
}

// Called with the follower's lock.
void Audience::wake(Follower& follower) {
  if (std::exchange(follower.is_waiting, false)) board_.announce_ready(follower.id);
}

void Audience::deliver(const Origin& origin, std::string_view name, const Block& block) {
  for (const auto& [id, follower] : followers_) {
    if (follower->history || follower->request.follow == Follow::no) continue;
    if (!follower->wants(origin.service) || !follower->request.wants(origin)) continue;
    const std::lock_guard lock(follower->mutex);
    follower->queue.push(origin, name, block);
    wake(*follower);
  }
}

void Audience::on_drop(const Ring::Dropped& dropped) {
  for (const auto& [id, follower] : followers_)
    if (follower->history && follower->wants(dropped.origin.service)) follower->history->on_drop(dropped);
}

void Audience::forget(InstanceId service) {
  for (const auto& [id, follower] : followers_) {
    if (follower->wants_all || std::erase(follower->request.services, service) == 0) continue;
    if (!follower->request.services.empty()) continue;
    follower->request.follow = Follow::no;  // One that is catching up is at its end when it has.
    if (follower->history) continue;
    const std::lock_guard lock(follower->mutex);
    follower->queue.close();
    wake(*follower);
  }
}

}  // namespace sup::log
