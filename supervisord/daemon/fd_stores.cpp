#include "daemon/fd_stores.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "daemon/launch.hpp"
#include "daemon/manager_rows.hpp"
#include "daemon/say.hpp"
#include "engine/record.hpp"
#include "guard/holder.hpp"
#include "sys/fd.hpp"
#include "sys/limits.hpp"

namespace sup {
namespace {

constexpr std::string_view kHeldPrefix = "fd:";

std::string held_name(std::uint64_t number) { return fmt::format("{}{}", kHeldPrefix, number); }

// 0 if it is no name of one of ours.
std::uint64_t number_in(std::string_view held) {
  std::uint64_t number = 0;
  if (!held.starts_with(kHeldPrefix)) return 0;
  held.remove_prefix(kHeldPrefix.size());
  (void)std::from_chars(held.data(), held.data() + held.size(), number);
  return number;
}

Result<sys::FileIdentity> identity_of(const UniqueFd& fd) {
  if (!fd.is_open()) return fail(Errc::not_found, "the guard could not hold it");
  return sys::file_identity(fd);
}

// With the ':' between them.
std::size_t name_bytes(const std::vector<StoredFd>& fds) {
  std::size_t out = 0;
  for (const StoredFd& stored : fds) out += stored.name.size() + 1;
  return out;
}

// Empty if the copies that its next run gets can be made beside `newest`, which is open, with what else a launch opens;
// else why not. Without them the service could never be started again.
std::string trouble_of_copies(const std::vector<StoredFd>& kept, const UniqueFd& newest) {
  const auto limits = sys::nofile_limits();
  const std::size_t most = static_cast<std::size_t>(newest.get()) + 1 + kept.size() + 1 + 2 * kReservedDescriptors;
  if (!limits || most <= limits->soft) return "";
  return fmt::format("supervisord can have {} descriptors (nofile), too few to give them to the next run",
                     limits->soft);
}

}  // namespace

Result<std::unique_ptr<FdStores>> FdStores::create(loop::Loop& loop, StateRecords& records, Tell tell) {
  return std::unique_ptr<FdStores>(new FdStores(loop, records, std::move(tell), TRY(sys::EpollSet::create())));
}

FdStores::FdStores(loop::Loop& loop, StateRecords& records, Tell tell, sys::EpollSet watched)
    : records_(records),
      tell_(std::move(tell)),
      watched_(std::move(watched)),
      poll_(loop, watched_.fd().get(), loop::Interest::readable, [this](loop::Readiness) { on_trouble(); }) {}

std::string FdStores::add(Offer offer) {
  if (offer.fds.empty()) return {};
  Store& store = stores_[offer.instance];
  if (store.id == 0) store.id = ++last_;
  std::string refusal;
  std::size_t refused = 0;
  for (UniqueFd& fd : offer.fds) {
    std::string why = keep(store, offer, std::move(fd));
    if (why.empty()) continue;
    ++refused;
    if (refusal.empty()) refusal = std::move(why);
  }
  if (store.fds.empty())
    stores_.erase(offer.instance);  // Nobody has recorded it.
  else
    note(offer.instance);
  return refused == 0 ? "" : fmt::format("{} '{}' not stored: {}", counted(refused, "descriptor"), offer.name, refusal);
}

// Empty, or why it is not kept. The guard has it before anybody could think that it is kept.
std::string FdStores::keep(Store& store, const Offer& offer, UniqueFd fd) {
  // Before they are compared, as systemd does it: who sends to a full store again and again costs nothing.
  if (store.fds.size() >= offer.most) return fmt::format("the store is full (fd-store-max is {})", offer.most);
  const auto identity = sys::file_identity(fd);
  if (!identity) return identity.error().what;
  const auto is_same = [&](const StoredFd& stored) {
    return stored.identity == *identity && sys::is_same_open_file(stored.fd, fd);
  };
  if (std::ranges::any_of(store.fds, is_same)) return {};
  if (count_ >= kMost) return fmt::format("supervisord keeps {} for all services already", kMost);
  if (name_bytes(store.fds) + offer.name.size() + 1 > kNameBytes)
    return "their names would not fit into LISTEN_FDNAMES";
  if (std::string trouble = trouble_of_copies(store.fds, fd); !trouble.empty()) return trouble;
  StoredFd stored{++last_, offer.name, offer.watch, std::move(fd), *identity};
  guard::Holder& guard = guard::Holder::of_this_process();
  if (auto held = guard.hold(held_name(stored.number), stored.fd.get()); !held) {
    guard.drop(held_name(stored.number));  // It may have come all the same.
    return held.error().what;
  }
  watch(stored);
  ++count_;
  store.fds.push_back(std::move(stored));
  return {};
}

// What cannot be watched (a file, memory) is never broken.
void FdStores::watch(const StoredFd& stored) {
  constexpr std::uint32_t kTroubleAlone = 0;
  if (stored.watch == FdWatch::watched) (void)watched_.add(stored.fd, kTroubleAlone, stored.number);
}

void FdStores::let_go(StoredFd& stored) {
  (void)watched_.remove(stored.fd);
  guard::Holder::of_this_process().drop(held_name(stored.number));
  --count_;
}

template <class Which>
std::size_t FdStores::drop_if(InstanceId instance, const Which& which) {
  const auto found = stores_.find(instance);
  if (found == stores_.end()) return 0;
  Store& store = found->second;
  const std::size_t dropped = std::erase_if(store.fds, [&](StoredFd& stored) {
    const bool is_meant = which(stored);
    if (is_meant) let_go(stored);
    return is_meant;
  });
  if (dropped > 0) note(instance);
  if (store.fds.empty()) stores_.erase(found);
  return dropped;
}

std::size_t FdStores::remove(InstanceId instance, std::string_view name) {
  return drop_if(instance, [&](const StoredFd& stored) { return stored.name == name; });
}

std::size_t FdStores::clear(InstanceId instance) {
  return drop_if(instance, [](const StoredFd&) { return true; });
}

// To be recorded at the end of the turn.
void FdStores::note(InstanceId instance) {
  if (records_.are_kept()) changed_.insert_or_assign(stores_.at(instance).id, instance);
}

void FdStores::on_trouble() {
  constexpr std::size_t kAtOnce = 64;
  std::array<sys::ReadyEvent, kAtOnce> events;
  const auto count = watched_.wait(events, Duration{});
  if (!count) return;
  for (const sys::ReadyEvent& event : std::span(events).first(*count)) drop_dead(event.data);
}

void FdStores::drop_dead(std::uint64_t number) {
  for (const auto& [instance, store] : stores_) {
    const auto found = std::ranges::find(store.fds, number, &StoredFd::number);
    if (found == store.fds.end()) continue;
    const InstanceId whose = instance;
    std::string told = fmt::format("the stored descriptor '{}' was dropped: its other end is gone", found->name);
    drop_if(whose, [&](const StoredFd& stored) { return stored.number == number; });
    return tell_(whose, FdNews::dropped, std::move(told));
  }
}

const std::vector<StoredFd>& FdStores::of(InstanceId instance) const {
  static const std::vector<StoredFd> kNone;
  const auto found = stores_.find(instance);
  return found == stores_.end() ? kNone : found->second.fds;
}

Result<std::vector<GivenFd>> FdStores::copies(InstanceId instance) const {
  std::vector<GivenFd> out;
  for (const StoredFd& stored : of(instance))
    out.push_back({stored.name, TRY(sys::dup_cloexec_above_stdio(stored.fd.get()))});
  return out;
}

void FdStores::record(const World& w) {
  for (const auto& [id, instance] : std::exchange(changed_, {})) {
    const auto found = stores_.find(instance);
    if (found == stores_.end() || found->second.id != id) {
      records_.erase(RecordKind::fd_store, id);
      continue;
    }
    FdStoreRecord record{.instance = recorded_name(w, instance), .fds = {}};
    for (const StoredFd& stored : found->second.fds)
      record.fds.push_back({stored.number, stored.name, stored.watch == FdWatch::watched});
    records_.put(RecordKind::fd_store, id, record);
  }
}

void FdStores::resume(const World& w, StateRecords& records, Resumption& left) {
  for (const guard::NamedFd& held : left.rest()) last_ = std::max(last_, number_in(held.name));
  for (auto& [id, record] : records.all<FdStoreRecord>(RecordKind::fd_store)) {
    last_ = std::max(last_, id);
    const InstanceId instance = find_instance(w, record.instance);
    if (instance != kNoInstance) resume_store(instance, id, record, left);
    if (of(instance).empty()) records.erase(RecordKind::fd_store, id);
  }
}

void FdStores::resume_store(InstanceId instance, std::uint64_t id, FdStoreRecord& record, Resumption& left) {
  Store store{.id = id, .fds = {}};
  for (StoredFdRecord& one : record.fds) {
    UniqueFd fd = left.take(held_name(one.number));
    const auto identity = identity_of(fd);
    if (!identity) {
      say::error("{}: the stored descriptor '{}' is lost: {}", record.instance, one.name, identity.error().what);
      continue;
    }
    const FdWatch how = one.is_watched ? FdWatch::watched : FdWatch::unwatched;
    store.fds.push_back({one.number, std::move(one.name), how, std::move(fd), *identity});
    watch(store.fds.back());
  }
  count_ += store.fds.size();
  if (!store.fds.empty()) stores_.emplace(instance, std::move(store));
}

std::string fd_text(const UniqueFd& fd) {
  std::array<char, 256> text;
  const std::string link = fmt::format("/proc/self/fd/{}", fd.get());
  const ssize_t got = ::readlink(link.c_str(), text.data(), text.size());
  return got <= 0 ? "" : printable({text.data(), static_cast<std::size_t>(got)}, text.size());
}

}  // namespace sup
