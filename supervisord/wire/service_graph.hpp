// The graph of services as messages: from definitions alone, so that supervisord and ctl (offline) build the same one.
#pragma once

#include <cstddef>
#include <span>

#include "spec/spec_set.hpp"
#include "wire/messages.hpp"

namespace sup::wire {

// These services, in this order, without states; their relations sorted, each once. What one says by `before` is told
// as the `after` of the other, so that every relation leads from what comes later to what comes earlier.
[[nodiscard]] GraphReply graph_of(std::span<const NamedService* const> services);

// The part of the graph that these services are in, and all that they relate to, directly or not. What a service
// conflicts with is there, but not what that one needs.
[[nodiscard]] GraphReply part_of(const GraphReply& whole, std::span<const std::size_t> chosen);

}  // namespace sup::wire
