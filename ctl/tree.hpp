// Text of `ctl tree`.
#pragma once

#include <optional>
#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// supervisord, under it each service with its state, under that its processes, children below their parents. Lines are
// cut at `width` columns if it is given.
[[nodiscard]] std::string render_tree(const wire::TreeReply& reply, std::optional<unsigned> width, Paint paint);

}  // namespace sup::ctl
