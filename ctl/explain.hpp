// The text of `ctl explain`.
#pragma once

#include <string>

#include "ctl/output.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

[[nodiscard]] std::string render_explanation(const wire::ExplainReply& reply, Paint paint);

}  // namespace sup::ctl
