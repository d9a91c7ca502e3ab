#include "ctl/config_watch.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "ctl/render_table.hpp"
#include "ctl/successor.hpp"
#include "sys/clock.hpp"
#include "wire/commands.hpp"

namespace sup::ctl {
namespace {

namespace fs = std::filesystem;

constexpr Duration kQuiet = std::chrono::milliseconds{200};  // Several files may be written one after the other.

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (!part.empty()) out.push_back(part);
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return out;
}

// What editors leave beside a file while they write it.
bool is_aside(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
}

// Whether it is what is looked for, or below it; or a directory on the way to it, or what was one.
bool is_meant(std::string_view looked_for, const std::string& path) {
  const auto wanted = parts_of(looked_for), found = parts_of(path);
  for (std::size_t i = 0; i < std::min(wanted.size(), found.size()); ++i)
    if (!glob_match(wanted[i], found[i])) return false;
  if (found.size() >= wanted.size()) return found.size() == wanted.size() || !is_glob(looked_for);
  std::error_code error;
  return !fs::is_regular_file(fs::symlink_status(path, error));
}

// As glob(3): hidden ones only where the pattern begins with a dot.
std::vector<fs::path> matches_in(const fs::path& directory, std::string_view pattern) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (glob_match(pattern, name) && (name[0] != '.' || pattern[0] == '.')) out.push_back(it->path());
  }
  return out;
}

// Watches what is looked for, and on the way to it what may come, or be exchanged for another: names that vary, links,
// and the first that is not there.
class Watcher {
 public:
  Watcher(sys::TreeWatch& watch, std::vector<std::string>& also) : watch_(watch), also_(also) {}

  Result<> add(std::string_view looked_for) { return add("/", parts_of(looked_for)); }

 private:
  Result<> add(const fs::path& directory, std::span<const std::string_view> parts) {
    if (parts.empty()) return watch_.add(directory.string());
    const std::string pattern(parts[0]);
    const bool is_last = parts.size() == 1;
    if (!is_glob(pattern)) return add_one(directory, pattern, is_last, parts.subspan(1));
    TRY(watch_.add_matching(directory.string(), pattern));
    std::error_code error;
    for (const fs::path& found : matches_in(directory, pattern)) {
      if (is_last)
        TRY(add_target(found));
      else if (fs::is_directory(found, error))
        TRY(add(found, parts.subspan(1)));
    }
    return {};
  }

  Result<> add_one(const fs::path& directory, const std::string& pattern, bool is_last,
                   std::span<const std::string_view> rest) {
    const fs::path path = directory / sys::from_pattern(pattern);
    std::error_code error;
    const bool is_directory = fs::is_directory(path, error);
    if (is_last || !is_directory || fs::is_symlink(path, error)) TRY(watch_.add_matching(directory.string(), pattern));
    if (!is_last) return is_directory ? add(path, rest) : Result<>();
    TRY(add_target(path));
    return is_directory ? watch_.add(path.string()) : Result<>();
  }

  // What a link leads to, which is written under its own name.
  Result<> add_target(const fs::path& path) {
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    if (error || target == path) return {};
    also_.push_back(sys::as_pattern(target.string()));
    return watch_.add(target.string());
  }

  sys::TreeWatch& watch_;
  std::vector<std::string>& also_;
};

}  // namespace

OrFailure<ConfigWatch> ConfigWatch::begin(Context& context) {
  auto plan = Asker(context).ask<wire::PlanReply>(wire::command(wire::Verb::plan), {});
  if (!plan) return std::unexpected(plan.error());
  auto watch = sys::TreeWatch::create();
  if (!watch) return failure(ExitCode::failed, watch.error().what);
  if (plan->sources.empty())
    return failure(ExitCode::failed, "there is nothing to watch: the configuration is not in files");
  std::vector<std::string> also;
  Watcher watcher(*watch, also);
  for (const std::string& source : plan->sources)
    if (auto added = watcher.add(sys::as_pattern(source)); !added && added.error().code != Errc::not_found)
      return failure(ExitCode::failed, added.error().what);
  std::string trouble;
  for (const std::string& path : plan->looked_for)
    if (auto added = watcher.add(path); !added && added.error().code != Errc::not_found) trouble = added.error().what;
  if (!trouble.empty())
    note(context, fmt::format("ctl: not all that may be included is watched: {}", visible(trouble)));
  for (const std::string& source : plan->sources) also.push_back(sys::as_pattern(source));
  return ConfigWatch(std::move(plan->looked_for), std::move(also), std::move(*watch));
}

bool ConfigWatch::is_change(const sys::TreeWatch::Changes& changes) const {
  const auto counts = [&](const std::string& path) {
    const auto means = [&](const std::string& one) { return is_meant(one, path); };
    return !is_aside(path) && (std::ranges::any_of(looked_for_, means) || std::ranges::any_of(also_, means));
  };
  return changes.is_incomplete || changes.must_begin_anew || std::ranges::any_of(changes.paths, counts);
}

OrFailure<> ConfigWatch::await_change() {
  std::optional<Instant> quiet;  // From then on, unless something more changes; what is not meant may go on and on.
  while (true) {
    int left_ms = -1;
    if (quiet) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*quiet - sys::monotonic_now());
      left_ms = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
    pollfd one{.fd = watch_.fd().get(), .events = POLLIN, .revents = 0};
    if (left_ms == 0 || ::poll(&one, 1, left_ms) == 0) return {};
    const auto changes = watch_.read();
    if (!changes) return failure(ExitCode::failed, changes.error().what);
    if (is_change(*changes)) quiet = sys::monotonic_now() + kQuiet;
  }
}

}  // namespace sup::ctl
