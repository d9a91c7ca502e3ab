// What verbs do without supervisord: on the configuration files that it would read.
#pragma once

#include <cstddef>
#include <vector>

#include "ctl/context.hpp"
#include "spec/spec_set.hpp"

namespace sup::ctl {

// The configuration of --config, else of where supervisord looks. What is wrong with it is printed and is a failure.
[[nodiscard]] OrFailure<SpecSet> load_offline(Context& context);

// The services that the parameter "names" means, as indexes into the set.
[[nodiscard]] OrFailure<std::vector<std::size_t>> named_offline(const Context& context, const SpecSet& set);

// That there is none of this name among them, with the nearest one.
[[nodiscard]] Failure no_such_service(const SpecSet& set, const std::string& name);

}  // namespace sup::ctl
