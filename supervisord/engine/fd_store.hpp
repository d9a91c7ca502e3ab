// How long the descriptors are kept that a service has stored.
#pragma once

#include "engine/states.hpp"
#include "spec/service_spec.hpp"

namespace sup {

// Whether this change of its state is the end of them. Who waits or is in back-off will have a next run.
[[nodiscard]] constexpr bool ends_fd_store(FdStorePreserve policy, State from, State to) {
  switch (policy) {
    case FdStorePreserve::no: return is_live(from) && !is_live(to);
    case FdStorePreserve::restart: return is_resting(to);
    case FdStorePreserve::yes: return false;
  }
  return false;
}

}  // namespace sup
