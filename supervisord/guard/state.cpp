#include "guard/state.hpp"

#include <cerrno>
#include <cstring>

namespace sup::guard {
namespace {

// FNV-1a.
std::uint32_t hash_of(std::string_view name) noexcept {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

}  // namespace

std::size_t Shelf::find(std::string_view name, std::uint32_t hash) const noexcept {
  for (std::size_t at = 0; at < count_; ++at)
    if (hashes_[at] == hash && this->name(at) == name) return at;
  return count_;
}

int Shelf::put(std::string_view name, int fd) noexcept {
  const std::uint32_t hash = hash_of(name);
  const std::size_t at = find(name, hash);
  Entry& entry = entries_[at < kMostHeld ? at : 0];
  if (at < count_) {
    const int before = entry.fd;
    entry.fd = fd;
    return before;
  }
  if (count_ >= most_) return fd;
  hashes_[at] = hash;
  entry.fd = fd;
  entry.length = static_cast<unsigned char>(name.size());
  std::memcpy(entry.name, name.data(), name.size());
  ++count_;
  return -1;
}

int Shelf::drop(std::string_view name) noexcept {
  const std::size_t at = find(name, hash_of(name));
  if (at == count_) return -1;
  const int fd = entries_[at].fd;
  --count_;
  entries_[at] = entries_[count_];
  hashes_[at] = hashes_[count_];
  return fd;
}

void Journal::add(const Ended& ended) noexcept {
  entries_[(begin_ + count_) % kJournalLength] = ended;
  ++count_;
}

void Journal::confirm(std::uint64_t sequence) noexcept {
  const std::uint64_t done = sequence < gone_ ? 0 : sequence - gone_;
  const std::size_t count = done < count_ ? static_cast<std::size_t>(done) : count_;
  gone_ += count;
  count_ -= count;
  begin_ = count_ == 0 ? 0 : (begin_ + count) % kJournalLength;  // From the front, so that few pages are used.
  if (told_ < gone_) told_ = gone_;
}

void State::put(std::string_view names, std::span<const int> fds, Close close, Refuse refuse) noexcept {
  std::size_t at = 0;
  for (Names each(names); const auto name = each.next(); ++at) {
    const int unused = shelf.put(*name, fds[at]);
    if (unused >= 0) close(unused);
    if (unused == fds[at]) refuse(ENFILE, {name->data() - 1, name->size() + 1});
  }
}

void State::take(std::string_view bytes, std::span<const int> fds, Close close, Refuse refuse) noexcept {
  const auto request = read_request(bytes, fds.size());
  if (!request) {
    for (const int fd : fds) close(fd);
    // Descriptors stay away where the kernel finds no number for them.
    if (bytes.starts_with(static_cast<char>(Kind::put))) refuse(EMFILE, {bytes.data() + 1, bytes.size() - 1});
    return;
  }
  if (request->kind == Kind::put) return put(request->names, fds, close, refuse);
  if (request->kind == Kind::propose) return propose(fds, close);
  if (request->kind == Kind::replace) is_replacing = programs.next >= 0;
  if (request->kind == Kind::confirm) is_up = true;
  if (request->kind == Kind::confirm) journal.confirm(request->sequence);
  if (request->kind == Kind::goodbye) goodbye = request->code;
  if (request->kind != Kind::drop) return;
  for (Names each(request->names); const auto name = each.next();)
    if (const int fd = shelf.drop(*name); fd >= 0) close(fd);
}

}  // namespace sup::guard
