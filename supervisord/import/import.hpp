// Definitions of other supervisors become ours: which format it is, what came of it, and that as TOML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "import/model.hpp"

namespace sup::imports {

enum class Format : std::uint8_t { supervisor, systemd, procfile, compose, s6_rc, runit, crontab };

// What it is, by name and content; nothing if that is not clear.
[[nodiscard]] std::optional<Format> guess_format(const std::string& path);

// Never fails otherwise than by problems in the result. What came of it is loaded as supervisord would, without a look
// at this machine; what is wrong with it is a problem, too.
[[nodiscard]] Imported import_files(Format format, const std::vector<std::string>& paths);

// A file of ours for one definition: where it comes from and what is lost of it as comments, and its table.
[[nodiscard]] std::string file_text(const Imported& result, const Definition& definition);
// [supervisord] alone; empty if there is none.
[[nodiscard]] std::string supervisord_text(const Imported& result);
// All in one file.
[[nodiscard]] std::string whole_text(const Imported& result);

[[nodiscard]] std::size_t count_of(const Imported& result, Fate fate);
[[nodiscard]] std::size_t essential_losses(const Imported& result);

}  // namespace sup::imports

template <>
inline constexpr auto sup::kEnumNames<sup::imports::Format> =
    std::array{sup::EnumName{sup::imports::Format::supervisor, "supervisor", "supervisord.conf of supervisor."},
               sup::EnumName{sup::imports::Format::systemd, "systemd", "Units of systemd."},
               sup::EnumName{sup::imports::Format::procfile, "procfile", "A Procfile."},
               sup::EnumName{sup::imports::Format::compose, "compose", "docker-compose.yml."},
               sup::EnumName{sup::imports::Format::s6_rc, "s6-rc", "Source definitions of s6-rc."},
               sup::EnumName{sup::imports::Format::runit, "runit", "Service directories of runit."},
               sup::EnumName{sup::imports::Format::crontab, "crontab", "A crontab."}};
