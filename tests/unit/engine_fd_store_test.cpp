// How long stored descriptors are kept, and who is heard when they are stored.
#include "engine/fd_store.hpp"

#include "catch.hpp"

using namespace sup;
using enum State;

TEST_CASE("by default stored descriptors are kept until it rests, whatever ended the run") {
  const FdStorePreserve kUsual = ServiceSpec{}.fd_store_preserve;
  REQUIRE(kUsual == FdStorePreserve::restart);
  for (const State next : {backoff, waiting, joining, stopping, killing})
    REQUIRE_FALSE(ends_fd_store(kUsual, running, next));
  for (const State rest : {stopped, completed, failed}) {
    REQUIRE(ends_fd_store(kUsual, stopping, rest));
    REQUIRE(ends_fd_store(kUsual, backoff, rest));
  }
}

TEST_CASE("with no they go with the run, with yes they stay") {
  for (const State next : {backoff, waiting, stopped, failed}) {
    REQUIRE(ends_fd_store(FdStorePreserve::no, running, next));
    REQUIRE_FALSE(ends_fd_store(FdStorePreserve::yes, running, next));
  }
  REQUIRE_FALSE(ends_fd_store(FdStorePreserve::no, starting, running));
  REQUIRE_FALSE(ends_fd_store(FdStorePreserve::no, running, stopping));
}

TEST_CASE("who may store descriptors is heard: the main process, unless more is asked for") {
  ServiceSpec spec;
  REQUIRE(notify_access_of(spec) == NotifyAccess::none);
  spec.fd_store_max = 1;
  REQUIRE(notify_access_of(spec) == NotifyAccess::main);
  spec.type = ServiceType::notify;
  REQUIRE(notify_access_of(spec) == NotifyAccess::all);
  spec.notify_access = NotifyAccess::exec;
  REQUIRE(notify_access_of(spec) == NotifyAccess::exec);
}
