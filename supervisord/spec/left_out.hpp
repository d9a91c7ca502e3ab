// Who is left out when supervisord starts: what --skip names with all that needs it, and what nobody who is started
// needs or wants, if --only does not name it, or if it has tags of which --tag names none. Commands can start these
// later.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spec/spec_set.hpp"

namespace sup {

// What the command line says. `only` and `skipped` are names of services; who is in `only` is started whatever its
// tags.
struct BootChoice {
  std::vector<std::string> only;
  std::vector<std::string> skipped;
  std::vector<std::string> tags;
};

// Notes it in the services. What needs a skipped service is skipped, too: it could not become ready, and to start the
// skipped one for it would not be what was asked for.
void leave_out(SpecSet& set, const BootChoice& choice);
// Whether a later start of its parent starts it: also if it was left out only because --only does not name it.
[[nodiscard]] bool starts_with_parent(const NamedService& service);
// "left out of this start: db (--skip), app (it needs db, which --skip leaves out)"; empty if nobody is.
[[nodiscard]] std::string left_out_text(const SpecSet& set);

// All tags, sorted, each once.
[[nodiscard]] std::vector<std::string> tags_of(std::span<const NamedService> services);
[[nodiscard]] bool has_tag(const ServiceSpec& spec, std::span<const std::string> tags);
// Errors: not_found for the first tag that no service has, with the nearest.
[[nodiscard]] Result<> check_tags(std::span<const std::string> known, std::span<const std::string> asked);

}  // namespace sup
