#include "daemon/state_records.hpp"
#include "daemon/say.hpp"

namespace sup {

Result<StateRecords> StateRecords::create() {
  StateRecords out;
  out.store_ = TRY(record::Store::create());
  out.launches_ = TRY(LaunchTable::create());
  return out;
}

Result<StateRecords> StateRecords::open(UniqueFd store, UniqueFd launches) {
  StateRecords out;
  out.store_ = TRY(record::Store::open(std::move(store)));
  out.launches_ = TRY(LaunchTable::open(std::move(launches)));
  return out;
}

Result<StateRecords> StateRecords::open_copy(UniqueFd store, const UniqueFd& launches) {
  StateRecords out;
  out.store_ = TRY(record::Store::open_copy(std::move(store)));
  out.launches_ = TRY(LaunchTable::open_copy(launches));
  return out;
}

void StateRecords::note(const Result<>& done) {
  if (done || std::exchange(has_failed_, true)) return;
  say::error("the state cannot be recorded, so a manager that dies could not be followed well: {}", done.error().what);
}

}  // namespace sup
