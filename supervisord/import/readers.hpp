// The readers: each takes one kind of source and adds what it says to a result. What they cannot understand is a
// problem of the result; nothing else fails.
#pragma once

#include <string>
#include <vector>

#include "import/model.hpp"
#include "import/source.hpp"

namespace sup::imports {

void import_supervisor(const std::vector<std::string>& paths, Sources& sources, Imported& result);
// Paths of unit files, or names of units that are looked for where systemd looks.
void import_systemd(const std::vector<std::string>& units, Sources& sources, Imported& result);
void import_procfile(const std::vector<std::string>& paths, Sources& sources, Imported& result);
void import_crontab(const std::vector<std::string>& paths, Sources& sources, Imported& result);
void import_compose(const std::vector<std::string>& paths, Sources& sources, Imported& result);
// Service directories, or directories of these.
void import_runit(const std::vector<std::string>& paths, Sources& sources, Imported& result);
// Source definition directories, or directories of these.
void import_s6_rc(const std::vector<std::string>& paths, Sources& sources, Imported& result);

}  // namespace sup::imports
