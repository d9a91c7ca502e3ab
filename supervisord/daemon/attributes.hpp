// From a definition's attributes (limits, priorities, privileges) to what a child shall be.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "spec/service_spec.hpp"
#include "sys/accounts.hpp"
#include "sys/child.hpp"
#include "sys/limits.hpp"

namespace sup {

// What services get that say nothing themselves: so that what supervisord has for itself does not become theirs.
struct AttributeDefaults {
  sys::LimitValues nofile;
  std::optional<int> oom_score;  // Empty: as supervisord has it.
};

// `original_nofile` is what this process was started with. Asks for its oom_score_adj: it is supervisord's alone,
// unless supervisord is PID 1, where it is the container's.
[[nodiscard]] AttributeDefaults attribute_defaults(const sys::LimitValues& original_nofile);

// User, group and groups. May block (NSS). Errors: not_found, with the key and the name; sys.
[[nodiscard]] Result<> set_account(sys::ChildSettings& child, const ServiceSpec& spec,
                                   const std::optional<sys::Account>& account);

// All of child.attributes. Errors: not_found for a CPU that is not there.
[[nodiscard]] Result<> set_attributes(sys::ChildSettings& child, const ServiceSpec& spec,
                                      const AttributeDefaults& defaults);

}  // namespace sup
