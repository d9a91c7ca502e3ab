// StateRecords: what is recorded for the next manager, and in which order it becomes valid (see "A supervisord that may
// die" in DESIGN.md). Without a guard nothing is recorded: each call does nothing then, and says that all is well.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "daemon/launch_table.hpp"
#include "record/codec.hpp"
#include "record/store.hpp"

namespace sup {

// Numbers that mean the same for ever.
enum class RecordKind : std::uint32_t {
  manager = 1,
  config_text = 2,
  engine = 3,
  instance = 4,  // By slot.
  run = 5,       // By RunId.
  happening = 6,
  transient = 7,  // By service slot, as the next.
  overrides = 8,
  fd_store = 9,
  former = 10,         // By instance slot.
  config_before = 11,  // As config_text: what is gone back to if nobody confirms.
  left_output = 12,    // By run and serial.
  event_hook = 13,     // By name.
};

class StateRecords {
 public:
  // Records nothing.
  StateRecords() = default;
  // Empty ones, for a guard to hold. Errors: sys.
  static Result<StateRecords> create();
  // Those that an earlier manager has left. Errors: invalid, sys.
  static Result<StateRecords> open(UniqueFd store, UniqueFd launches);
  // Those of a manager which goes on to write them: copies, so that nothing of them is changed. Errors as open().
  static Result<StateRecords> open_copy(UniqueFd store, const UniqueFd& launches);

  [[nodiscard]] bool are_kept() const { return store_.has_value(); }
  [[nodiscard]] LaunchTable* launches() { return launches_ ? &*launches_ : nullptr; }
  // The descriptors that have to outlive us.
  [[nodiscard]] int store_fd() const { return store_->file().get(); }
  [[nodiscard]] int launches_fd() const { return launches_->file().get(); }

  // Valid with the next commit(). What cannot be recorded is said once: the next manager would find what was before.
  template <record::Recorded T>
  void put(RecordKind kind, std::uint64_t id, const T& value) {
    if (!store_) return;
    bytes_.clear();
    record::Writer writer(bytes_);
    record::write(writer, value);
    note(store_->put({static_cast<std::uint32_t>(kind), id}, bytes_));
  }
  void erase(RecordKind kind, std::uint64_t id) {
    if (store_) note(store_->erase({static_cast<std::uint32_t>(kind), id}));
  }
  void commit() {
    if (store_) store_->commit();
  }

  // All of a kind, by their ids. What cannot be read is counted in unreadable().
  template <record::Recorded T>
  [[nodiscard]] std::vector<std::pair<std::uint64_t, T>> all(RecordKind kind);
  // Records that were damaged, or that no program of this version has written.
  [[nodiscard]] std::size_t foreign() const { return unreadable_; }  // Of these, those that are whole.
  [[nodiscard]] std::size_t unreadable() const { return unreadable_ + (store_ ? store_->damaged() : 0); }

 private:
  void note(const Result<>& done);

  std::optional<record::Store> store_;
  std::optional<LaunchTable> launches_;
  std::string bytes_;
  std::size_t unreadable_ = 0;
  bool has_failed_ = false;
};

template <record::Recorded T>
std::vector<std::pair<std::uint64_t, T>> StateRecords::all(RecordKind kind) {
  std::vector<std::pair<std::uint64_t, T>> out;
  if (!store_) return out;
  store_->for_each([&](const record::Key& key, std::string_view bytes) {
    if (key.kind != static_cast<std::uint32_t>(kind)) return;
    if (auto value = record::from_bytes<T>(bytes))
      out.emplace_back(key.id, std::move(*value));
    else
      ++unreadable_;
  });
  std::ranges::sort(out, {}, [](const auto& row) { return row.first; });
  return out;
}

}  // namespace sup
