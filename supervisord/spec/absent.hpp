// What follows for the others from a service that is defined, but not there (SpecSet::absent).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "spec/spec_set.hpp"

namespace sup {

// One line for the log of who is absent and why, bounded; empty: nobody.
[[nodiscard]] std::string absent_text(const SpecSet& set);
// `all` is sorted by name.
[[nodiscard]] const AbsentService* find_absent(std::span<const AbsentService> all, std::string_view name);
// For who asks for it: "its profile dev is not chosen (--profile dev brings it in)".
[[nodiscard]] std::string why_text(const AbsentService& absent);
// Takes absent services out of the settings that go on without them: wants, after, before, conflicts, restart-with, and
// the members of groups; a group of nobody else goes, too.
void drop_absent(SpecSet& set);

}  // namespace sup
