#include "daemon/file_watches.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "daemon/say.hpp"
#include "engine/world.hpp"
#include "sys/clock.hpp"

namespace sup {
namespace {

using namespace std::chrono_literals;

// Who changes its own files at each start would be restarted for ever: so often in such a time is slowed down.
constexpr int kQuickActions = 5;
constexpr Duration kQuick = 2s;
constexpr Duration kSlowPace = 10s;
constexpr int kMostDebounces = 10;

// Which files count, by the rules of `watch`.
class Filter {
 public:
  Filter(WatchSpec spec, const std::string& working_dir) : spec_(std::move(spec)) {
    for (std::string& path : spec_.paths) {
      if (!path.starts_with('/')) path = working_dir + "/" + path;
      while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    }
  }

  [[nodiscard]] const std::vector<std::string>& paths() const { return spec_.paths; }
  [[nodiscard]] bool counts(const std::string& path) const { return !is_excluded(path) && is_included(path); }
  [[nodiscard]] bool is_excluded(const std::string& path) const {
    const std::string_view below = below_root(path);
    return std::ranges::any_of(spec_.exclude, [&](const std::string& pattern) {
      if (pattern.find('/') != pattern.npos) return glob_match(pattern, below);
      for (std::string_view rest = below; !rest.empty();) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (glob_match(pattern, part)) return true;
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
      }
      return false;
    });
  }

 private:
  [[nodiscard]] bool is_included(const std::string& path) const {
    if (spec_.include.empty()) return true;
    const std::string_view below = below_root(path);
    const std::string_view name = below.substr(below.rfind('/') + 1);
    return std::ranges::any_of(spec_.include, [&](const std::string& pattern) {
      return glob_match(pattern, pattern.find('/') == pattern.npos ? name : below);
    });
  }

  // The path without that of the innermost directory that is watched by name; a file that is, by its name.
  [[nodiscard]] std::string_view below_root(const std::string& path) const {
    std::size_t length = 0;
    for (const std::string& root : spec_.paths) {
      const std::size_t size = root == "/" ? 0 : root.size();
      if (path.starts_with(root) && path.size() > size && path[size] == '/') length = std::max(length, size + 1);
    }
    const std::string_view whole = path;
    return length == 0 ? whole.substr(whole.rfind('/') + 1) : whole.substr(length);
  }

  WatchSpec spec_;
};

Result<sys::TreeWatch> watch_all(const Filter& filter) {
  auto tree = TRY(sys::TreeWatch::create([filter](const std::string& path) { return filter.is_excluded(path); }));
  for (const std::string& path : filter.paths()) TRY(tree.add(path));
  return tree;
}

}  // namespace

struct FileWatches::Watch {
  std::string service;
  WatchSpec spec;
  std::string working_dir;
  std::uint64_t serial = 0;
  Filter filter;
  std::optional<sys::TreeWatch> tree = {};
  std::optional<loop::Poll> poll = {};  // Ends before the tree.
  std::optional<loop::Timer> timer = {};
  std::string changed = {};  // The first file since something was done.
  bool is_due = false;       // When it has ended.
  int quick = 0;
  Instant acted = {};
  Instant act_by = {};   // However much changes meanwhile.
  bool is_told = false;  // That not all is watched.
};

FileWatches::FileWatches(loop::Loop& loop, Supervisor& supervisor, Workers& workers)
    : loop_(loop), supervisor_(supervisor), workers_(workers) {
  supervisor.add_observer(*this);
}

FileWatches::~FileWatches() = default;

void FileWatches::resume() {
  for (const Instance& i : w().present())
    if (i.goal == Goal::up || i.state == State::failed) begin(*w().definition(i));
}

void FileWatches::on_state_changed(const StateChanged& change) {
  const NamedService& service = *w().definition(w().at(change.instance));
  if (change.to == State::starting) return begin(service);
  const auto found = watches_.find(service.name);
  if (found == watches_.end()) return;
  if (!is_wanted(service.name)) {
    watches_.erase(found);
  } else if (is_resting(change.to) && std::exchange(found->second->is_due, false)) {
    found->second->timer->arm(Duration{0});
  }
}

void FileWatches::on_vacated(const InstanceVacated& vacated) {
  const std::string& service = w().definition(w().at(vacated.instance))->name;
  if (watches_.contains(service) && !is_wanted(service)) watches_.erase(service);
}

void FileWatches::on_shutdown(const ShutdownBegun&) { watches_.clear(); }

// Somebody wants it to be up, or it has come to an end of its own.
bool FileWatches::is_wanted(const std::string& service) const {
  return std::ranges::any_of(find_instances(w(), service), [this](InstanceId id) {
    const Instance& i = w().at(id);
    return i.presence == Presence::here && (i.goal == Goal::up || i.state != State::stopped);
  });
}

// On a worker: it may be a large tree, on a slow disk.
void FileWatches::begin(const NamedService& service) {
  const WatchSpec& spec = *service.spec.watch;
  const auto known = watches_.find(service.name);
  if (known != watches_.end() && known->second->spec == spec && known->second->working_dir == service.spec.working_dir)
    return;
  watches_.erase(service.name);
  if (spec.paths.empty() || supervisor_.engine().is_shutting_down()) return;
  Filter filter(spec, service.spec.working_dir);
  watches_.emplace(service.name, std::make_unique<Watch>(Watch{.service = service.name,
                                                               .spec = spec,
                                                               .working_dir = service.spec.working_dir,
                                                               .serial = ++last_serial_,
                                                               .filter = std::move(filter)}));
  look_for(*watches_.at(service.name));
}

void FileWatches::look_for(Watch& watch) {
  workers_.submit([this, name = watch.service, serial = watch.serial, filter = watch.filter]() -> Continuation {
    auto tree = std::make_unique<Result<sys::TreeWatch>>(watch_all(filter));
    return [this, name, serial, tree = std::move(tree)] { install(name, serial, std::move(*tree)); };
  });
}

void FileWatches::install(const std::string& service, std::uint64_t serial, Result<sys::TreeWatch> tree) {
  const auto found = watches_.find(service);
  if (found == watches_.end() || found->second->serial != serial) return;
  if (!tree) {
    say::warn("{}: its files are not watched: {}", service, tree.error().what);
    watches_.erase(found);
    return;
  }
  Watch& watch = *found->second;
  watch.poll.reset();
  watch.tree.emplace(std::move(*tree));
  if (!watch.timer) watch.timer.emplace(loop_, [this, &watch] { act(watch); });
  watch.poll.emplace(loop_, watch.tree->fd().get(), loop::Interest::readable,
                     [this, &watch](loop::Readiness) { on_readable(watch); });
}

void FileWatches::on_readable(Watch& watch) {
  const auto changes = watch.tree->read();
  if (!changes) {
    say::warn("{}: its files are not watched any more: {}", watch.service, changes.error().what);
    watches_.erase(watch.service);
    return;
  }
  if (!changes->trouble.empty() && !std::exchange(watch.is_told, true))
    say::warn("{}: not all of its files are watched: {}", watch.service, changes->trouble);
  if (changes->must_begin_anew) {  // What is there instead, or what was missed.
    watch.serial = ++last_serial_;
    look_for(watch);
  }
  const auto counts = [&](const std::string& path) { return watch.filter.counts(path) && !is_log(path); };
  const auto changed = std::ranges::find_if(changes->paths, counts);
  const bool is_any = changed != changes->paths.end();
  if (!is_any && !changes->is_incomplete) return;
  // Who never stops changing is not waited for without end.
  const Instant now = sys::monotonic_now();
  if (watch.changed.empty()) watch.act_by = now + kMostDebounces * pace_of(watch);
  if (watch.changed.empty()) watch.changed = is_any ? *changed : "something";
  watch.timer->arm(std::clamp(watch.act_by - now, Duration{}, pace_of(watch)));
}

Duration FileWatches::pace_of(const Watch& watch) {
  return watch.quick < kQuickActions ? watch.spec.debounce : std::max(watch.spec.debounce, kSlowPace);
}

// Rotated and compressed ones, too.
bool FileWatches::is_log(const std::string& path) const {
  const auto is_of = [&](const std::string& log) {
    return path.starts_with(log) && (path.size() == log.size() || path[log.size()] == '.' || path[log.size()] == '-');
  };
  const LogDefaults& defaults = supervisor_.runs().context().logs;
  if (defaults.own_file && is_of(defaults.own_file->path)) return true;
  return std::ranges::any_of(w().present(), [&](const Instance& i) {
    return std::ranges::any_of(log_files(defaults, w().name(i), w().spec(i)),
                               [&](const log::LogFileSpec& file) { return is_of(file.path); });
  });
}

void FileWatches::act(Watch& watch) {
  const std::string changed = std::exchange(watch.changed, {});
  std::vector<InstanceId> running;
  std::vector<InstanceId> others;
  for (const InstanceId id : find_instances(w(), watch.service)) {
    const Instance& i = w().at(id);
    if (i.presence != Presence::here || (i.goal == Goal::down && i.state != State::failed)) continue;
    (is_resting(i.state) || i.state == State::backoff ? others : running).push_back(id);
  }
  if (watch.spec.action == WatchAction::run && !running.empty()) {
    watch.is_due = true;
    watch.changed = changed;
    return;
  }
  const Instant now = sys::monotonic_now();
  const bool is_quick = now - std::exchange(watch.acted, now) < kQuick + pace_of(watch);
  watch.quick = is_quick ? std::min(watch.quick + 1, kQuickActions + 1) : 0;
  if (watch.quick == kQuickActions)
    say::warn("{}: its files change again and again, perhaps by itself: it is waited longer now (see watch.exclude)",
              watch.service);
  say::info("{}: {} has changed: {}", watch.service, printable(changed, 4096), enum_name(watch.spec.action));
  const std::string cause = printable(changed, 4096) + " has changed";
  command(watch.spec.action == WatchAction::reload ? CommandKind::reload : CommandKind::restart, std::move(running),
          cause);
  command(CommandKind::restart, std::move(others), cause);
}

void FileWatches::command(CommandKind kind, std::vector<InstanceId> targets, const std::string& cause) {
  if (targets.empty()) return;
  supervisor_.attribute(targets, cause);
  supervisor_.post(
      CommandGiven{.change = supervisor_.next_change(), .kind = kind, .targets = std::move(targets), .signal = {}});
}

}  // namespace sup
