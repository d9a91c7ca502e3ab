#include "ctl/config_watch.hpp"

#include <poll.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "ctl/successor.hpp"
#include "wire/commands.hpp"

namespace sup::ctl {
namespace {

constexpr int kQuietMs = 200;  // Several files may be written one after the other.

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

// Whether it is what is looked for, or below it, or on the way to it.
bool is_meant(std::string_view looked_for, std::string_view path) {
  const auto wanted = parts_of(looked_for), found = parts_of(path);
  const bool has_pattern = is_glob(looked_for);
  for (std::size_t i = 0; i < std::min(wanted.size(), found.size()); ++i)
    if (has_pattern ? !glob_match(wanted[i], found[i]) : wanted[i] != found[i]) return false;
  return !has_pattern || found.size() <= wanted.size();
}

// Of a pattern, what is in the directory, or below it if the directory has a name that varies, too.
Result<> watch_pattern(sys::TreeWatch& watch, const std::string& pattern) {
  const std::string directory = pattern.substr(0, pattern.rfind('/'));
  if (!is_glob(directory))
    return watch.add_matching(directory.empty() ? "/" : directory, pattern.substr(directory.size() + 1));
  const std::string fixed = directory.substr(0, directory.rfind('/', directory.find_first_of("*?[")));
  return watch.add(fixed.empty() ? "/" : fixed);
}

// Where nothing is yet, the first on the way to it that may come.
Result<> watch_path(sys::TreeWatch& watch, const std::string& path) {
  auto added = is_glob(path) ? watch_pattern(watch, path) : watch.add(path);
  for (std::string above = path; !added && added.error().code == Errc::not_found;) {
    above.resize(above.rfind('/') == above.npos ? 0 : above.rfind('/'));
    if (above.empty()) break;
    added = is_glob(above) ? watch_pattern(watch, above) : watch.add(above);
  }
  return added;
}

}  // namespace

OrFailure<ConfigWatch> ConfigWatch::begin(Context& context) {
  auto plan = Asker(context).ask<wire::PlanReply>(wire::command(wire::Verb::plan), {});
  if (!plan) return std::unexpected(plan.error());
  std::vector<std::string> looked_for = std::move(plan->looked_for.empty() ? plan->sources : plan->looked_for);
  if (looked_for.empty())
    return failure(ExitCode::failed, "there is nothing to watch: the configuration is not in files");
  auto watch = sys::TreeWatch::create();
  for (const std::string& path : looked_for)
    if (auto added = watch ? watch_path(*watch, path) : Result<>(); !added)
      return failure(ExitCode::failed, added.error().what);
  if (!watch) return failure(ExitCode::failed, watch.error().what);
  return ConfigWatch(std::move(looked_for), std::move(*watch));
}

bool ConfigWatch::is_change(const sys::TreeWatch::Changes& changes) const {
  const auto counts = [&](const std::string& path) {
    return !is_aside(path) &&
           std::ranges::any_of(looked_for_, [&](const std::string& one) { return is_meant(one, path); });
  };
  return changes.is_incomplete || changes.must_begin_anew || std::ranges::any_of(changes.paths, counts);
}

OrFailure<> ConfigWatch::await_change() {
  bool has_changed = false;
  while (true) {
    pollfd one{.fd = watch_.fd().get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&one, 1, has_changed ? kQuietMs : -1);
    if (ready == 0) return {};
    const auto changes = watch_.read();
    if (!changes) return failure(ExitCode::failed, changes.error().what);
    has_changed = has_changed || is_change(*changes);
  }
}

}  // namespace sup::ctl
