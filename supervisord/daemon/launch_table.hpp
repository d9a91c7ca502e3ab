// LaunchTable: which processes are being made, in memory that outlives us.
//
// The kernel writes the pid of a new process into its slot before that runs (sys::ChildSettings::pid_place). So a next
// manager knows of each launch that had begun whether there is a process, and never makes a second one.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "sys/memory_file.hpp"

namespace sup {

class LaunchTable {
 public:
  static constexpr std::size_t kMostLaunches = 65'536;

  class Slot;

  // An empty one; errors: sys.
  static Result<LaunchTable> create();
  // That of an earlier manager. Errors: as sys::MemoryFile::adopt.
  static Result<LaunchTable> open(UniqueFd file);
  // That of a manager which goes on to write it: a copy.
  static Result<LaunchTable> open_copy(const UniqueFd& file);

  // A place for the pid of a process that is to be made. Errors: limit, sys.
  [[nodiscard]] Result<Slot> take(RunId run, std::uint32_t serial);
  // What an earlier manager has left, once, before anything is taken.
  [[nodiscard]] std::vector<Slot> left();
  [[nodiscard]] const UniqueFd& file() const { return memory_.file(); }

 private:
  struct Cell {
    std::atomic<std::uint64_t> run;  // 0: free.
    std::atomic<std::uint32_t> serial;
    std::atomic<std::int32_t> pid;
  };
  explicit LaunchTable(sys::MemoryFile memory) : memory_(std::move(memory)) {}
  [[nodiscard]] Cell& cell(std::size_t at) const;
  [[nodiscard]] std::size_t size() const { return memory_.bytes().size() / sizeof(Cell); }

  sys::MemoryFile memory_;
  std::vector<std::uint32_t> free_;
};

// Where the pid of one launch stands. It is known as long as this lives.
class LaunchTable::Slot {
 public:
  Slot(Slot&& other) noexcept : table_(std::exchange(other.table_, nullptr)), at_(other.at_) {}
  Slot& operator=(Slot&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(at_, other.at_);
    return *this;
  }
  ~Slot();
  [[nodiscard]] RunId run() const { return {table_->cell(at_).run}; }
  // The process with this number: 0 is the main one of the run, others are tasks.
  [[nodiscard]] std::uint32_t serial() const { return table_->cell(at_).serial; }
  // 0: there is none.
  [[nodiscard]] std::atomic<std::int32_t>* pid_place() const { return &table_->cell(at_).pid; }

 private:
  friend class LaunchTable;
  Slot(LaunchTable& table, std::uint32_t at) : table_(&table), at_(at) {}
  LaunchTable* table_;
  std::uint32_t at_;
};

}  // namespace sup
