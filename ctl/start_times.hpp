// Texts of `ctl blame`, `ctl critical-chain` and `ctl plot`.
#pragma once

#include <optional>
#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// A table of starts, the longest first.
[[nodiscard]] std::string render_blame(const wire::StartTimesReply& reply, std::optional<unsigned> width, Paint paint);

// The chain, each start beneath the one that waited for it.
[[nodiscard]] std::string render_chain(const wire::StartTimesReply& reply, Paint paint);

// The starts over time as one SVG document that needs nothing else: a bar for each, in the order in which they began.
[[nodiscard]] std::string render_plot(const wire::StartTimesReply& reply);

// How long the start has taken since nothing held it any more, or takes; 0 while something holds it.
[[nodiscard]] std::int64_t took_us(const wire::StartTimesReply& reply, const wire::StartRecord& start);

}  // namespace sup::ctl
