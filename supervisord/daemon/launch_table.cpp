#include "daemon/launch_table.hpp"

#include <utility>

namespace sup {
namespace {

constexpr std::size_t kGrowth = 4096;
constexpr const char* kName = "supervisord-launches";

}  // namespace

LaunchTable::Cell& LaunchTable::cell(std::size_t at) const {
  static_assert(sizeof(Cell) == 16 && std::atomic<std::uint64_t>::is_always_lock_free);
  return reinterpret_cast<Cell*>(memory_.bytes().data())[at];
}

Result<LaunchTable> LaunchTable::create() {
  return LaunchTable(TRY(sys::MemoryFile::create(kName, kMostLaunches * sizeof(Cell))));
}

Result<LaunchTable> LaunchTable::open(UniqueFd file) {
  return LaunchTable(TRY(sys::MemoryFile::adopt(std::move(file), kMostLaunches * sizeof(Cell))));
}

Result<LaunchTable> LaunchTable::open_copy(const UniqueFd& file) {
  return open(TRY(sys::MemoryFile::copy(file, kName, kMostLaunches * sizeof(Cell))));
}

// The run comes last: a cell without one says nothing.
Result<LaunchTable::Slot> LaunchTable::take(RunId run, std::uint32_t serial) {
  if (free_.empty()) {
    const std::size_t before = size();
    TRY(memory_.grow(memory_.bytes().size() + kGrowth));
    for (std::size_t at = size(); at-- > before;) free_.push_back(static_cast<std::uint32_t>(at));
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  Cell& taken = cell(at);
  taken.serial = serial;
  taken.pid = 0;
  taken.run.store(run.value, std::memory_order_release);
  return Slot(*this, at);
}

std::vector<LaunchTable::Slot> LaunchTable::left() {
  std::vector<Slot> out;
  for (std::size_t at = size(); at-- > 0;) {
    const auto index = static_cast<std::uint32_t>(at);
    if (cell(at).run != 0)
      out.push_back(Slot(*this, index));
    else
      free_.push_back(index);
  }
  return out;
}

LaunchTable::Slot::~Slot() {
  if (table_ == nullptr) return;
  table_->cell(at_).run.store(0, std::memory_order_release);
  table_->free_.push_back(at_);
}

}  // namespace sup
