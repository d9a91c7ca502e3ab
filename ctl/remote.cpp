#include "ctl/remote.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "ctl/hosts.hpp"
#include "ctl/render_status.hpp"
#include "ctl/render_table.hpp"
#include "ctl/spawn.hpp"
#include "sys/env.hpp"
#include "sys/unique_fd.hpp"
#include "wire/record_shape.hpp"

namespace sup::ctl {
namespace {

constexpr std::size_t kMostAtOnce = 64;  // Each is a process and two pipes.
constexpr std::size_t kLineBytes = 1 << 20;
constexpr std::size_t kReplyBytes = 64 << 20;
constexpr int kNoSsh = 255;

int code_of_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

Failure cannot_start(const Error& error) {
  return {ExitCode::failed, error.code == Errc::not_found ? "cannot start ssh: there is no such program here"
                                                          : fmt::format("cannot start {}", error.what)};
}

// One of the two streams of an ssh, line by line.
class Lines {
 public:
  Lines() = default;
  explicit Lines(UniqueFd from) : from_(std::move(from)) {}

  [[nodiscard]] int fd() const { return from_.get(); }
  [[nodiscard]] bool is_open() const { return from_.is_open(); }
  // Calls `take(line)` for what has come; for the rest of the last line, too, when it has ended.
  template <class Take>
  void read(Take take) {
    char buffer[65'536];
    const ssize_t count = ::read(from_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return;
    if (count > 0) pending_.append(buffer, static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != pending_.npos; end = pending_.find('\n', begin)) {
      take(std::string_view(pending_).substr(begin, end - begin));
      begin = end + 1;
    }
    pending_.erase(0, begin);
    const bool is_over = count <= 0;
    if (!pending_.empty() && (is_over || pending_.size() > kLineBytes)) take(std::exchange(pending_, {}));
    if (is_over) from_.reset();
  }

 private:
  UniqueFd from_;
  std::string pending_;
};

// One host while it is asked.
struct Remote {
  const Host* host = nullptr;
  pid_t pid = 0;
  Lines out, error;
  std::string kept;  // What it printed, where that is put together at the end.
};

OrFailure<Remote> begin(const Host& host, const std::string& command) {
  int out[2], error[2];
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (::pipe2(out, O_CLOEXEC) < 0)
    return failure(ExitCode::failed, fmt::format("cannot make a pipe: {}", errno_text(errno)));
  Remote remote{&host, 0, Lines(UniqueFd(out[0])), {}, {}};
  const UniqueFd out_end(out[1]);
  if (::pipe2(error, O_CLOEXEC) < 0)
    return failure(ExitCode::failed, fmt::format("cannot make a pipe: {}", errno_text(errno)));
  remote.error = Lines(UniqueFd(error[0]));
  const UniqueFd error_end(error[1]);
  const auto pid = spawn(ssh_command(host, command, RemoteTerminal::no, RemotePrompts::refused),
                         {nothing.get(), out_end.get(), error_end.get()});
  if (!pid) return std::unexpected(cannot_start(pid.error()));
  remote.pid = *pid;
  return remote;
}

// How what hosts print becomes ours.
enum class Merge : std::uint8_t { lines, objects, table };

Merge merge_of(const Invocation& call) {
  if (call.format != Format::text) return Merge::objects;
  const bool is_table = call.row->verb == wire::Verb::status && !call.arguments.flag("check") &&
                        !call.arguments.flag("watch") && call.verbosity != Verbosity::verbose;
  return is_table ? Merge::table : Merge::lines;
}

class Fleet {
 public:
  explicit Fleet(Context& context) : context_(context), merge_(merge_of(context.call)) {
    for (const Host& host : context.call.hosts) width_ = std::max(width_, host.name.size());
  }

  int run() {
    const RemoteForm form = merge_ == Merge::lines ? RemoteForm::as_asked : RemoteForm::json;
    const std::string command = remote_command(remote_words(context_.call, form));
    std::size_t next = 0;
    while (next < context_.call.hosts.size() || !remotes_.empty()) {
      while (next < context_.call.hosts.size() && remotes_.size() < kMostAtOnce) {
        auto remote = begin(context_.call.hosts[next++], command);
        if (!remote) return report(context_, remote.error());
        remotes_.push_back(*std::move(remote));
      }
      wait_for_some();
      if (!context_.out.flush()) break;
    }
    if (merge_ == Merge::table) print_table();
    return code_;
  }

  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;
  // Who reads has left: nobody goes on for nobody.
  ~Fleet() {
    for (const Remote& remote : remotes_) ::kill(remote.pid, SIGTERM);
    for (const Remote& remote : remotes_) static_cast<void>(wait_for_end(remote.pid));
  }

 private:
  void wait_for_some() {
    std::vector<pollfd> waited;
    for (const Remote& remote : remotes_)
      for (const Lines* lines : {&remote.out, &remote.error}) waited.push_back({lines->fd(), POLLIN, 0});
    if (::poll(waited.data(), waited.size(), -1) < 0) return;
    for (std::size_t i = 0; i < remotes_.size(); ++i) {
      Remote& remote = remotes_[i];
      if (waited[2 * i].revents != 0) remote.out.read([&](std::string_view line) { take(remote, line); });
      if (waited[2 * i + 1].revents != 0)
        remote.error.read([&](std::string_view line) {
          if (line.ends_with('\r')) line.remove_suffix(1);  // ssh itself ends lines so.
          complain(remote, line);
        });
    }
    context_.err.flush();
    std::erase_if(remotes_,
                  [this](Remote& remote) { return !remote.out.is_open() && !remote.error.is_open() && end(remote); });
  }

  // Always true: it has ended.
  bool end(Remote& remote) {
    const int code = code_of_status(wait_for_end(remote.pid));
    code_ = std::max(code_, code);
    if (code == kNoSsh) report(context_, {ExitCode::failed, fmt::format("{}: ssh has failed", remote.host->name)});
    if (merge_ == Merge::table) read_status(remote, code);
    return true;
  }

  void take(Remote& remote, std::string_view line) {
    switch (merge_) {
      case Merge::lines:
        context_.out.write(fmt::format("{}{}\n", prefix(remote, context_.out.paint()),
                                       context_.out.is_terminal() ? terminal_safe(line) : line));
        return;
      case Merge::objects: context_.out.write(with_host(remote, line)); return;
      case Merge::table:
        if (remote.kept.size() + line.size() <= kReplyBytes) remote.kept.append(line).append("\n");
        return;
    }
  }

  void complain(const Remote& remote, std::string_view line) {
    context_.err.write(fmt::format("{}{}\n", prefix(remote, context_.err.paint()), terminal_safe(line)));
  }

  [[nodiscard]] std::string prefix(const Remote& remote, Paint paint) const {
    return styled(fmt::format("{:<{}} | ", remote.host->name, width_), Style::faint, paint);
  }

  // The object with its host: in front, and for --format in each of its records. What is no object is passed on.
  std::string with_host(const Remote& remote, std::string_view line) {
    nlohmann::ordered_json object = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!object.is_object()) {
      complain(remote, line);
      return {};
    }
    nlohmann::ordered_json out{{"host", remote.host->name}};
    out.update(object);
    if (!context_.fields) return out.dump() + "\n";
    const std::string list(wire::record_shape(*context_.call.row).list);
    if (out.contains(list) && out[list].is_array())
      for (auto& record : out[list])
        if (record.is_object()) record["host"] = remote.host->name;
    return context_.fields->lines(out.dump(), list);
  }

  void read_status(const Remote& remote, int code) {
    auto reply = wire::parse_reply<wire::StatusReply>(fmt::format("{{\"parameters\":{}}}", remote.kept));
    if (reply && !reply->error)
      statuses_[remote.host] = std::move(reply->message);
    else if (code != kNoSsh)
      report(context_, {ExitCode::failed,
                        fmt::format("{}: ctl there has told no status (exit code {})", remote.host->name, code)});
    if ((!reply || reply->error) && code == 0) code_ = std::max(code_, code_of(ExitCode::failed));
  }

  // In the order in which the hosts were named.
  void print_table() {
    std::vector<HostStatus> answers;
    for (const Host& host : context_.call.hosts)
      if (auto found = statuses_.find(&host); found != statuses_.end())
        answers.push_back({host.name, std::move(found->second)});
    if (answers.empty()) return;
    context_.out.write(
        render_hosts_table(answers, context_.out.is_terminal() ? sys::terminal_columns(STDOUT_FILENO) : std::nullopt,
                           context_.out.paint()));
  }

  Context& context_;
  Merge merge_;
  std::size_t width_ = 0;
  std::vector<Remote> remotes_;
  std::map<const Host*, wire::StatusReply> statuses_;
  int code_ = 0;
};

// As if we were there.
int run_on_one(Context& context, const Host& host) {
  const bool is_at_terminal = sys::is_a_tty(STDIN_FILENO) && sys::is_a_tty(STDOUT_FILENO);
  context.out.release();
  const auto pid = spawn(ssh_command(host, remote_command(remote_words(context.call, RemoteForm::as_asked)),
                                     is_at_terminal ? RemoteTerminal::yes : RemoteTerminal::no, RemotePrompts::allowed),
                         {});
  if (!pid) return report(context, cannot_start(pid.error()));
  return code_of_status(wait_for_end(*pid));
}

}  // namespace

int run_on_hosts(Context& context) {
  const Invocation& call = context.call;
  if (call.hosts.size() == 1 && call.format == Format::text) return run_on_one(context, call.hosts.front());
  if (call.row->verb == wire::Verb::top || call.row->verb == wire::Verb::attach)
    return report(context, {ExitCode::usage, fmt::format("{} is for one host at a time", call.row->name)});
  return Fleet(context).run();
}

}  // namespace sup::ctl
