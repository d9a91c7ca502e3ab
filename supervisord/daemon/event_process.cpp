#include "daemon/event_process.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <ranges>
#include <utility>

#include "base/refusable.hpp"
#include "base/text.hpp"
#include "config/masking.hpp"
#include "daemon/say.hpp"
#include "sys/fd.hpp"
#include "sys/memory_file.hpp"
#include "sys/process_tree.hpp"
#include "sys/random.hpp"

namespace sup {
namespace {

constexpr Signal kKill{SIGKILL};
constexpr std::size_t kOutputMost = 64 << 10;  // Of one process, in the log.
constexpr std::size_t kLinePrefix = 40;        // Of each line in the log: its time and level.
constexpr std::size_t kLineMost = 1 << 10;
constexpr std::size_t kSecretMost = 64 << 10;
constexpr std::size_t kInputMost = 16 << 20;
constexpr Duration kLook = std::chrono::milliseconds{50};

// A file of memory instead of a pipe: nobody has to write it while it is read, or not read.
Result<UniqueFd> as_input(const std::string& text) {
  sys::MemoryFile file = TRY(sys::MemoryFile::create("event", kInputMost));
  TRY(file.grow(text.size()));
  std::memcpy(file.bytes().data(), text.data(), text.size());
  return sys::dup_cloexec_above_stdio(file.file().get());
}

struct Started {
  Launched launched;
  UniqueFd output;
};

// On a worker.
Result<Started> start(const LaunchContext& context, const ServiceRef& service, const std::string& input,
                      LaunchShared& shared) {
  UniqueFd in = TRY(as_input(input));
  sys::Pipe out = TRY(sys::make_pipe());
  TRY(sys::set_nonblocking(out.read_end));
  constexpr mode_t kForItsUser = 0622;  // Who opens /dev/stderr needs more than the descriptor.
  (void)!::fchmod(out.write_end.get(), kForItsUser);
  UniqueFd error = TRY(sys::dup_cloexec_above_stdio(out.write_end.get()));
  LaunchOrder order;
  order.service = service;
  order.name = service->name;
  order.invocation = TRY(sys::random_invocation_id());
  order.shared = &shared;
  order.stdio = OwnStdio{.fds = {std::move(in), std::move(out.write_end), std::move(error)}};
  return Started{TRY(sup::launch(context, order)), std::move(out.read_end)};
}

// One that has several lines is printed line by line.
std::vector<std::string> with_their_lines(std::vector<std::string> secrets) {
  std::vector<std::string> lines;
  for (const std::string& secret : secrets)
    for (const auto line : std::views::split(std::string_view(secret), '\n'))
      if (const std::string_view text(line); text.size() >= kMinSearched) lines.emplace_back(text);
  std::ranges::move(lines, std::back_inserter(secrets));
  sort_secrets(secrets);
  return secrets;
}

}  // namespace

EventProcess::EventProcess(loop::Loop& loop, Workers& workers, const LaunchContext& context, Order order, Begun begun,
                           Done done)
    : loop_(loop),
      workers_(workers),
      context_(context),
      order_(std::move(order)),
      begun_(std::move(begun)),
      done_(std::move(done)),
      timeout_(loop, [this] { end(fmt::format("it took longer than {}", format_duration(order_.timeout))); }),
      look_(loop, [this] { look_at_end(); }) {
  order_.secrets = with_their_lines(std::move(order_.secrets));
  line_most_ = kLineMost + (order_.secrets.empty() ? 0 : std::min(order_.secrets[0].size(), kSecretMost));
  timeout_.arm(order_.timeout);
  launch();
}

EventProcess::~EventProcess() {
  if (process_.pid != 0) kill_all();
}

void EventProcess::launch() {
  NamedService named;
  named.name = order_.name;
  named.spec = order_.spec;
  auto service = std::make_shared<const NamedService>(std::move(named));
  auto shared = std::make_unique<LaunchShared>();
  shared_ = shared.get();
  const Asks asks = needs_accounts(service->spec) ? Asks::accounts : Asks::nobody;
  auto work = [this, &context = context_, service = std::move(service), shared = std::move(shared),
               input = order_.input]() mutable -> Continuation {
    auto started = std::make_unique<Result<Started>>(start(context, service, input, *shared));
    return [this, started = std::move(started), shared = std::move(shared)] {
      if (*started) output_ = std::move((*started)->output);
      on_launched(*started ? Result<Launched>(std::move((*started)->launched)) : std::unexpected(started->error()));
    };
  };
  workers_.submit(std::move(work), asks);
}

void EventProcess::on_launched(Result<Launched> launched) {
  const Indispensable whole;
  shared_ = nullptr;
  if (!launched) return finish("cannot start: " + launched.error().what);
  process_ = std::move(launched->process);
  group_ = std::move(launched->group);
  output_poll_.emplace(loop_, output_.get(), loop::Interest::readable, [this](loop::Readiness) { read_output(); });
  if (process_.pidfd.is_open())
    end_poll_.emplace(loop_, process_.pidfd.get(), loop::Interest::readable,
                      [this](loop::Readiness) { look_at_end(); });
  else
    look_.arm(kLook);
  begun_();
  if (!why_.empty()) kill_all();
}

// What hangs before it is a process is told to be given up, and answers when it does not hang any more: so it holds one
// worker at most.
void EventProcess::end(std::string why) {
  if (!why_.empty()) return;
  why_ = std::move(why);
  if (shared_ == nullptr) return kill_all();
  if (!shared_->give_up()) (void)shared_->in_progress.send_signal(kKill);
}

// It has not been reaped, so its number is its own.
void EventProcess::kill_all() {
  if (group_ && group_->kill()) return;
  if (const auto below = sys::descendants_of(process_.pid))
    for (const pid_t pid : *below)
      if (const auto one = sys::open_process(pid)) (void)sys::send_signal(*one, kKill);
  (void)sys::send_group_signal(process_.pid, kKill);
  (void)sys::send_signal(process_, kKill);
}

void EventProcess::look_at_end() {
  const auto ended = sys::look_at_end(process_);
  if (ended && !*ended) return process_.pidfd.is_open() ? void() : look_.arm(kLook);
  kill_all();  // What it has left behind.
  end_poll_.reset();
  const pid_t pid = std::exchange(process_, {}).pid;
  sys::reap_seen(pid);
  read_output();
  if (!line_.empty()) say_line(std::exchange(line_, {}));
  if (omitted_bytes_ > 0)
    say::warn("{}: {} more of its output are left out", order_.name, counted(omitted_bytes_, "byte"));
  std::string failure = std::move(why_);
  if (failure.empty() && !ended) failure = "its end is not known: " + ended.error().what;
  if (failure.empty() && (*ended)->as_code() != 0) failure = (*ended)->text();
  if (!failure.empty() && !last_line_.empty()) failure += ": " + last_line_;
  finish(std::move(failure));
}

void EventProcess::finish(std::string failure) {
  timeout_.disarm();
  output_poll_.reset();
  output_.reset();
  Done done = std::move(done_);
  done({without_secrets(std::move(failure), order_.secrets), std::move(group_)});
}

// As much as a pipe has in one turn; what somebody writes on and on has its next one.
void EventProcess::read_output() {
  std::array<char, 4096> piece;
  for (int i = 0; i < 16 && output_.is_open(); ++i) {
    const ssize_t got = ::read(output_.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      output_poll_.reset();
      return output_.reset();
    }
    take_output({piece.data(), static_cast<std::size_t>(got)});
  }
}

void EventProcess::take_output(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    const std::size_t room = line_most_ - std::min(line_most_, line_.size());
    line_ += part.substr(0, room);
    omitted_bytes_ += part.size() - std::min(part.size(), room);
    if (end == piece.npos) return;
    say_line(std::exchange(line_, {}));
    piece.remove_prefix(end + 1);
  }
}

void EventProcess::say_line(std::string_view line) {
  if (line.empty()) return;
  last_line_ = printable(without_secrets(std::string(line), order_.secrets), kLineMost);
  const std::size_t cost = line.size() + order_.name.size() + kLinePrefix;
  if (said_bytes_ + cost > kOutputMost) {
    omitted_bytes_ += line.size();
    return;
  }
  said_bytes_ += cost;
  say::info("{}: {}", order_.name, last_line_);
}

}  // namespace sup
