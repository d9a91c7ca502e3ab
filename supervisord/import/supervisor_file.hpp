// supervisord.conf of supervisor, as its parser (Python's ConfigParser) reads it: sections of options, and the files
// that [include] names.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/option.hpp"
#include "import/source.hpp"

namespace sup::imports {

struct SupervisorSection {
  std::string kind;  // "program" of [program:web], "supervisord" of [supervisord].
  std::string name;  // "web", or empty.
  Place place;
  std::vector<Option> options;
  [[nodiscard]] const Option* find(std::string_view option) const;  // The last of this name.
  [[nodiscard]] std::string title() const;                          // "[program:web]"
};

// The sections of a file in order; what cannot be read is a problem. A section that is there twice is one.
[[nodiscard]] std::vector<SupervisorSection> read_supervisor_text(std::string_view text, const std::string& file,
                                                                  Imported& result);
// With what it includes.
[[nodiscard]] std::vector<SupervisorSection> read_supervisor_file(const std::string& path, Sources& sources,
                                                                  Imported& result);

// Values for %(NAME)s.
using Expansions = std::vector<std::pair<std::string, std::string>>;

struct Expanded {
  std::string text;
  std::string fault;                   // Why it cannot be expanded; empty: it was.
  std::vector<std::string> variables;  // Of the environment that stood for something.
};
// %(NAME)s, %(NAME)d, %(NAME)02d and %%, as Python's formatting has them; %(ENV_X)s is X of our environment.
[[nodiscard]] Expanded expand_supervisor(std::string_view text, const Expansions& known);

}  // namespace sup::imports
