// FdStores: the descriptors that services have given to be kept for their next runs (FDSTORE=1 of sd_notify(3)).
//
// Each has a number that is never used again, under which the guard holds it from before it is recorded, and a record
// that says whose it is and what it is called. So a manager that dies leaves one of two things: a record with all its
// descriptors, or a descriptor that no record knows, whose message has not been taken and comes again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "daemon/manager_records.hpp"
#include "daemon/resumption.hpp"
#include "daemon/state_records.hpp"
#include "engine/world.hpp"
#include "loop/loop.hpp"
#include "sys/epoll_set.hpp"
#include "sys/same_file.hpp"
#include "sys/unique_fd.hpp"

namespace sup {

// Whether it is dropped when its other end is gone or it is broken (EPOLLHUP, EPOLLERR).
enum class FdWatch : std::uint8_t { watched, unwatched };

struct StoredFd {
  std::uint64_t number = 0;
  std::string name;  // FDNAME, see wire::is_fd_name.
  FdWatch watch = FdWatch::watched;
  UniqueFd fd;
  sys::FileIdentity identity;
};

// A copy of one, for a run.
struct GivenFd {
  std::string name;
  UniqueFd fd;
};

// What people are told: of some that were kept and are not any more, or of some that are not kept.
enum class FdNews : std::uint8_t { dropped, refused };

class FdStores {
 public:
  static constexpr std::size_t kMost = 16'384;  // Of all services together.
  // Of the names of one service, so that they fit into one variable of the environment (MAX_ARG_STRLEN is 131,072).
  static constexpr std::size_t kNameBytes = 130'000;
  using Tell = std::move_only_function<void(InstanceId, FdNews, std::string)>;

  // Errors: sys.
  static Result<std::unique_ptr<FdStores>> create(loop::Loop& loop, StateRecords& records, Tell tell);

  // What was given with one message.
  struct Offer {
    InstanceId instance;
    std::size_t most = 0;  // fd-store-max.
    std::string name;
    FdWatch watch = FdWatch::watched;
    std::vector<UniqueFd> fds;
  };
  // Keeps them beside what it has; what it has already is not kept twice. Empty, or why some of them are not kept.
  [[nodiscard]] std::string add(Offer offer);
  // Those of this name, as many as there were.
  std::size_t remove(InstanceId instance, std::string_view name);
  // All that it has, as many as there were.
  std::size_t clear(InstanceId instance);

  void tell(InstanceId instance, FdNews news, std::string what) { tell_(instance, news, std::move(what)); }

  [[nodiscard]] const std::vector<StoredFd>& of(InstanceId instance) const;
  // Copies of all that it has, in the order in which they came. Errors: sys.
  [[nodiscard]] Result<std::vector<GivenFd>> copies(InstanceId instance) const;

  // Puts what has changed to the records. What was dropped is let go of by the guard at its next flush, after they are
  // valid.
  void record(const World& w);
  // What an earlier manager has recorded, once.
  void resume(const World& w, StateRecords& records, Resumption& left);

 private:
  FdStores(loop::Loop& loop, StateRecords& records, Tell tell, sys::EpollSet watched);

  struct Store {
    std::uint64_t id = 0;  // Of its record.
    std::vector<StoredFd> fds;
  };
  [[nodiscard]] std::string keep(Store& store, const Offer& offer, UniqueFd fd);
  void note(InstanceId instance);
  void resume_store(InstanceId instance, std::uint64_t id, FdStoreRecord& record, Resumption& left);
  void watch(const StoredFd& stored);
  void let_go(StoredFd& stored);
  template <class Which>
  std::size_t drop_if(InstanceId instance, const Which& which);
  void on_trouble();
  void drop_dead(std::uint64_t number);

  StateRecords& records_;
  Tell tell_;
  std::map<InstanceId, Store> stores_;           // None of them is empty.
  std::size_t count_ = 0;                        // Of all descriptors.
  std::uint64_t last_ = 0;                       // The number that was given last, to a store or a descriptor.
  std::map<std::uint64_t, InstanceId> changed_;  // Records of stores that are others now, or are not there any more.
  sys::EpollSet watched_;                        // By number, for hang-ups and errors alone.
  loop::Poll poll_;
};

// "socket:[4711]", "/memfd:state (deleted)", "pipe:[12]", a path: as /proc shows it. Empty where that is not there.
[[nodiscard]] std::string fd_text(const UniqueFd& fd);

}  // namespace sup
