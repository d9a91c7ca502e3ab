// The programs whose place this one takes, each under its own name; and our own command line.
//
// Options, environment, texts and exit codes of the others are theirs to the byte. Where they fail to do what an init
// is for, this one does it: docs/guide/containers.md lists that.
#pragma once

#include <span>
#include <string_view>

#include "init/plan.hpp"

namespace sup::init {

// `argv` is that of main, program name included, and may be reordered as getopt(3) does. A plan points into it. What
// getopt itself has to say of a mistake has been written when it returns.
using Parse = Parsed (*)(int argc, char** argv);

struct Personality {
  std::string_view name;  // The last part of argv[0].
  Parse parse;
};
[[nodiscard]] std::span<const Personality> personalities() noexcept;
// Null: nobody is called so.
[[nodiscard]] const Personality* find_personality(std::string_view program) noexcept;

// supervisord [OPTION...] -- COMMAND [ARGUMENT...]
[[nodiscard]] Parsed parse_own(int argc, char** argv);
[[nodiscard]] Parsed parse_tini(int argc, char** argv);
[[nodiscard]] Parsed parse_dumb_init(int argc, char** argv);
[[nodiscard]] Parsed parse_catatonit(int argc, char** argv);

// Whether this is a command line of parse_own(): it has a `--`, or an option that makes sense only with one.
[[nodiscard]] bool is_own(int argc, char** argv) noexcept;

}  // namespace sup::init
