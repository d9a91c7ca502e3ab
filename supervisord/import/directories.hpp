// Service directories: files in a folder, each of which says something. For runit and s6-rc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "import/model.hpp"
#include "import/option.hpp"
#include "import/source.hpp"

namespace sup::imports {

// Those of the paths that have the file `mark`, and of the others those below them that have it, in name order. A path
// without any is a problem.
[[nodiscard]] std::vector<std::string> service_directories(const std::vector<std::string>& paths, std::string_view mark,
                                                           Imported& result);

// The first line of a file, without blanks around it; empty if there is none.
[[nodiscard]] std::string first_line(const std::string& path, Sources& sources);

// A file of the directory as an option.
[[nodiscard]] Option file_option(const std::string& directory, std::string_view name, std::string value = {});

// The files of an envdir as variables: the first line of each, without blanks at its end. An empty file takes one away.
[[nodiscard]] ValueTable envdir(const std::string& directory, Sources& sources);

// Milliseconds in digits, as s6 has them, as a duration of ours; 0 is no limit. Empty: it is no number.
[[nodiscard]] std::string milliseconds_text(std::string_view text);

}  // namespace sup::imports
