// The settings of watched files: one row each.
#pragma once

#include <tuple>

#include "spec/fields.hpp"
#include "spec/watch_spec.hpp"

namespace sup {

inline constexpr std::int64_t kLongestDebounce = std::int64_t{3600} * 1'000'000'000;

template <>
struct Fields<WatchSpec> {
  static constexpr auto kRows = std::make_tuple(
      Field{"paths", &WatchSpec::paths, OnChange::next_start, "[\"/srv/web/src\"]",
            "Files, and directories with all that is below them: absolute, or relative to working-dir. Symbolic links "
            "below are not followed.",
            Unique{}},
      Field{"include", &WatchSpec::include, OnChange::next_start, "[\"*.py\", \"*.html\"]",
            "Only files that match one of these patterns count: without a slash by the file's name, else by its path "
            "below the watched directory (* stands for slashes, too). Default: all.",
            Unique{}},
      Field{"exclude", &WatchSpec::exclude, OnChange::next_start, "[\".*\", \"*~\", \"node_modules\", \"build\"]",
            "Files and whole directories that match one of these patterns do not count: without a slash by any part of "
            "the path below the watched directory. Excluded directories cost no watch. Logs of services never count. "
            "Default: [\".*\", \"*~\", \"node_modules\", \"__pycache__\"].",
            Unique{}},
      Field{"debounce", &WatchSpec::debounce, OnChange::next_start, "\"1s\"",
            "How long nothing more must change before something is done: one save of an editor is several changes.",
            Range{0, kLongestDebounce}},
      Field{"action", &WatchSpec::action, OnChange::next_start, "\"run\"", "What is done."});
};
static_assert(kEveryMemberHasARow<WatchSpec>, "every member of WatchSpec needs a row");
template <>
inline constexpr std::string_view kShorthandKey<WatchSpec> = "paths";

}  // namespace sup
