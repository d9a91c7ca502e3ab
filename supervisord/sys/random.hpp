// Random bytes of the kernel, getrandom(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace sup::sys {

// Fills `out` entirely. Blocks only before the kernel's pool is seeded, which can be the case for a machine's init;
// then it takes GRND_INSECURE bytes (Linux 5.6), because these numbers are names and jitter, never keys.
[[nodiscard]] Result<> fill_random(std::span<std::byte> out);
[[nodiscard]] Result<std::uint64_t> random_u64();
[[nodiscard]] Result<InvocationId> random_invocation_id();

}  // namespace sup::sys
