// From words of the command line to an Invocation. Pure: no I/O, nothing is looked up.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "base/time.hpp"
#include "ctl/hosts.hpp"
#include "wire/commands.hpp"

namespace sup::ctl {

using wire::ExitCode;

enum class Verbosity : std::uint8_t { quiet, normal, verbose };
enum class Format : std::uint8_t { text, json, fields };
enum class PagerWish : std::uint8_t { automatic, never };
enum class ColorWish : std::uint8_t { automatic, never };

// A command line that makes sense.
struct Invocation {
  const wire::CommandRow* row = nullptr;
  wire::Arguments arguments;  // Checked against the row; what was not given has its fallback.
  std::string socket;         // Empty: not given.
  std::optional<Duration> timeout;
  Verbosity verbosity = Verbosity::normal;
  Format format = Format::text;
  ColorWish colors = ColorWish::automatic;
  PagerWish pager = PagerWish::automatic;
  std::vector<Host> hosts = {};  // Of --host; none: here.
  std::string fields = {};       // Of --format; see ctl/field_template.hpp.
};

// The end of a command line that is answered without doing anything: help, version (done), or a mistake (usage).
struct Answer {
  ExitCode code = ExitCode::usage;
  std::string text;         // For standard output if done, else for standard error.
  bool lacks_verb = false;  // All that is wrong is that there is no verb.
};

// `words` without the program's name.
[[nodiscard]] std::expected<Invocation, Answer> parse(std::span<const std::string> words);

// The spellings of a flag or option: {"-n", "--lines"}.
[[nodiscard]] std::vector<std::string_view> spellings(const wire::ParamRow& param);

}  // namespace sup::ctl
