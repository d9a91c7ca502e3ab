#include "record/store.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.hpp"

namespace sup::record {
namespace {

constexpr std::uint64_t kMagic = 0x6473726f63657253;  // "Srecorsd"
constexpr std::uint32_t kLayout = 1;
constexpr std::uint32_t kBlockMagic = 0x6b6c4273;  // "sBlk"
constexpr std::size_t kUnit = 64;                  // Blocks are powers of two of it.
constexpr std::size_t kGrowth = 64 * 1024;
constexpr const char* kName = "supervisord-records";

}  // namespace

struct Store::Header {
  std::uint64_t magic;
  std::uint32_t layout;
  std::uint32_t unit;
  std::atomic<std::uint64_t> committed;  // The last turn that is in force.
  std::atomic<std::uint64_t> used;       // In units, with this header: where the last block ends.
  std::uint64_t reserved[4];
};

// The first line says how large it is and never changes; the rest is of what is in it.
struct Store::Block {
  std::uint32_t magic;
  std::uint32_t units;
  std::uint32_t checksum;  // Of all that follows, up to the length.
  std::uint32_t length;
  std::uint64_t turn;
  std::uint64_t id;
  std::uint32_t kind;  // 0: nothing that counts.
  std::uint32_t is_erased;

  [[nodiscard]] char* payload() { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::size_t room() const { return units * kUnit - sizeof(Block); }
};

Store::Header& Store::header() const {
  static_assert(sizeof(Header) == kUnit && std::atomic<std::uint64_t>::is_always_lock_free);
  return *reinterpret_cast<Header*>(memory_.bytes().data());
}

Store::Block& Store::block(Place place) const {
  return *reinterpret_cast<Block*>(memory_.bytes().data() + place * kUnit);
}

std::string_view Store::content(Place place) const {
  Block& b = block(place);
  return {b.payload(), b.length};
}

std::uint32_t Store::checksum_of(const Block& block) {
  const auto* from = reinterpret_cast<const Bytef*>(&block.length);
  const std::size_t size = sizeof(Block) - offsetof(Block, length) + block.length;
  return static_cast<std::uint32_t>(::crc32_z(0, from, size));
}

Result<Store> Store::create() {
  Store out(TRY(sys::MemoryFile::create(kName, kMostBytes)));
  TRY(out.memory_.grow(kGrowth));
  Header& header = out.header();
  header.layout = kLayout;
  header.unit = kUnit;
  header.used = 1;
  header.magic = kMagic;
  out.free_.resize(32);
  return out;
}

Result<Store> Store::open(UniqueFd file) {
  Store out(TRY(sys::MemoryFile::adopt(std::move(file), kMostBytes)));
  const std::size_t units = out.memory_.bytes().size() / kUnit;
  if (units == 0 || out.header().magic != kMagic) return fail(Errc::invalid, "these are no records of ours");
  const Header& header = out.header();
  if (header.layout != kLayout || header.unit != kUnit)
    return fail(Errc::invalid, fmt::format("the records have layout {}, and this program knows {}",
                                           std::uint32_t{header.layout}, kLayout));
  out.free_.resize(32);
  out.index();
  return out;
}

// What is in force stays as it is until the next commit(), so a copy within which none falls is whole.
Result<Store> Store::open_copy(UniqueFd file) {
  constexpr int kMostLooks = 100;
  const Store theirs(TRY(sys::MemoryFile::adopt(std::move(file), kMostBytes)));
  if (theirs.memory_.bytes().size() < kUnit) return fail(Errc::invalid, "these are no records of ours");
  for (int look = 1;; ++look) {
    const std::uint64_t before = theirs.header().committed.load(std::memory_order_acquire);
    UniqueFd copy = TRY(sys::MemoryFile::copy(theirs.file(), kName, kMostBytes));
    if (look == kMostLooks || theirs.header().committed == before) return open(std::move(copy));
  }
}

// ---- blocks ----

namespace {

std::uint32_t units_for(std::size_t bytes, std::size_t head) {
  return static_cast<std::uint32_t>(std::bit_ceil((bytes + head + kUnit - 1) / kUnit));
}

std::size_t class_of(std::uint32_t units) { return static_cast<std::size_t>(std::countr_zero(units)); }

}  // namespace

Result<Store::Place> Store::allocate(std::size_t bytes) {
  if (bytes > kMostRecordBytes)
    return fail(Errc::limit, fmt::format("a record may have {} bytes at most", kMostRecordBytes));
  const std::uint32_t units = units_for(bytes, sizeof(Block));
  auto& free = free_[class_of(units)];
  if (!free.empty()) {
    const Place place = free.back();
    free.pop_back();
    return place;
  }
  const std::uint64_t place = header().used;
  const std::size_t end = (place + units) * kUnit;
  if (end > memory_.bytes().size()) TRY(memory_.grow((end + kGrowth - 1) / kGrowth * kGrowth));
  Block& made = block(static_cast<Place>(place));
  made.units = units;
  made.kind = 0;
  made.magic = kBlockMagic;
  header().used.store(place + units, std::memory_order_release);
  return static_cast<Place>(place);
}

// Nothing in it counts any more, whatever becomes of other blocks of its key.
void Store::release(Place place) {
  Block& b = block(place);
  b.kind = 0;
  free_[class_of(b.units)].push_back(place);
}

void Store::write(Place place, Key key, std::string_view bytes, bool is_erased) const {
  Block& b = block(place);
  b.kind = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  b.length = static_cast<std::uint32_t>(bytes.size());
  b.turn = turn_;
  b.id = key.id;
  b.is_erased = is_erased ? 1 : 0;
  bytes.copy(b.payload(), bytes.size());
  b.kind = key.kind;
  b.checksum = checksum_of(b);
}

// Where the next version goes: where one of this turn is already, the spare block, or a new one in its place.
Result<Store::Place> Store::place_for(Entry& entry, std::size_t bytes) {
  Place& place = entry.next != 0 ? entry.next : entry.spare;
  if (place != 0 && block(place).room() >= bytes) return std::exchange(place, 0);
  const Place made = TRY(allocate(bytes));
  if (place != 0) release(std::exchange(place, 0));
  return made;
}

Result<> Store::write_next(Key key, Entry& entry, std::string_view bytes, bool is_erased) {
  const bool is_first = entry.next == 0;
  const Place place = TRY(place_for(entry, bytes.size()));
  write(place, key, bytes, is_erased);
  entry.next = place;
  entry.is_erased = is_erased;
  if (is_first) touched_.push_back(key);
  return {};
}

// ---- records ----

Result<> Store::put(Key key, std::string_view bytes) {
  CHECK(key.kind != 0);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    Entry entry;
    TRY(write_next(key, entry, bytes, false));
    entries_.emplace(key, entry);
    return {};
  }
  Entry& entry = found->second;
  const Place latest = entry.next != 0 ? entry.next : entry.current;
  if (latest != 0 && (entry.next == 0 || !entry.is_erased) && content(latest) == bytes) return {};
  return write_next(key, entry, bytes, false);
}

Result<> Store::erase(Key key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  return write_next(key, found->second, {}, true);
}

void Store::commit() {
  if (touched_.empty()) return;
  header().committed.store(turn_++, std::memory_order_release);
  for (const Key& key : std::exchange(touched_, {})) {
    const auto found = entries_.find(key);
    settle(key, found->second);
  }
}

// The blocks that do not count any more are put aside, the old version before the word that it is erased.
void Store::settle(Key key, Entry& entry) {
  const Place old = std::exchange(entry.current, std::exchange(entry.next, 0));
  if (!entry.is_erased) {
    if (entry.spare != 0) release(std::exchange(entry.spare, 0));
    entry.spare = old;
    return;
  }
  for (const Place place : {old, entry.spare, entry.current})
    if (place != 0) release(place);
  entries_.erase(key);
}

std::string_view Store::find(Key key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  if (entry.next != 0) return entry.is_erased ? std::string_view{} : content(entry.next);
  return content(entry.current);
}

void Store::for_each(const std::function<void(const Key&, std::string_view)>& visit) const {
  for (const auto& [key, entry] : entries_)
    if (entry.next == 0 || !entry.is_erased) visit(key, content(entry.next != 0 ? entry.next : entry.current));
}

// ---- what another life has left ----

// Block by block; where none is, the next one is looked for.
void Store::index() {
  const std::uint64_t room = memory_.bytes().size() / kUnit;
  const std::uint64_t end = std::min<std::uint64_t>(header().used, room);
  turn_ = header().committed + 1;
  bool is_lost = false;
  for (std::uint64_t at = 1; at < end;) {
    const Block& b = block(static_cast<Place>(at));
    const bool is_block = b.magic == kBlockMagic && std::has_single_bit(b.units) && b.units <= end - at;
    if (!is_block && !std::exchange(is_lost, true)) ++damaged_;
    if (is_block) {
      is_lost = false;
      take_in(static_cast<Place>(at));
    }
    at += is_block ? b.units : 1;
  }
  header().used = end;
  std::erase_if(entries_, [this](const auto& row) {
    const Entry& entry = row.second;
    if (!block(entry.current).is_erased) return false;
    if (entry.spare != 0) release(entry.spare);
    release(entry.current);
    return true;
  });
}

// The newest version that was committed counts; what was not is gone, since its turn's number is used again.
void Store::take_in(Place place) {
  Block& b = block(place);
  const bool is_empty = b.kind == 0;
  const bool is_whole = !is_empty && b.length <= b.room() && b.checksum == checksum_of(b);
  if (!is_whole || b.turn >= turn_) {
    if (!is_empty && !is_whole && b.turn < turn_) ++damaged_;
    return release(place);
  }
  Entry& entry = entries_[{b.kind, b.id}];
  if (entry.current == 0) {
    entry.current = place;
  } else {
    const bool is_newer = b.turn > block(entry.current).turn;
    const Place older = is_newer ? std::exchange(entry.current, place) : place;
    const Place rest = std::exchange(entry.spare, older);
    if (rest != 0) release(rest);
  }
}

}  // namespace sup::record
