#include "log/worker.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "log/limits.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"

namespace sup::log {
namespace {

constexpr std::uint64_t kMailboxId = 0;
constexpr std::size_t kEventsPerTurn = 64;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

std::size_t readable_bytes(const UniqueFd& pipe) {
  int bytes = 0;
  return ::ioctl(pipe.get(), FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

Result<std::unique_ptr<Worker>> Worker::create(Mailbox& mailbox, Board& board, const Options& options) {
  auto epoll = TRY(sys::EpollSet::create());
  TRY(epoll.add(mailbox.wake_fd(), EPOLLIN, kMailboxId));
  return std::unique_ptr<Worker>(new Worker(mailbox, board, options, std::move(epoll)));
}

Worker::Worker(Mailbox& mailbox, Board& board, const Options& options, sys::EpollSet epoll)
    : mailbox_(mailbox),
      board_(board),
      options_(options),
      epoll_(std::move(epoll)),
      audience_(board),
      viewers_(epoll_),
      budget_(options.max_total),
      compressor_(board),
      begun_(sys::wall_now()),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadBytes)) {
  open_ledger();
  stdout_ = &own_outlet(options.stdout_fd, kStandardOutput);
  stderr_ = &own_outlet(options.stderr_fd, kStandardError);
}

void Worker::run() {
  std::array<sys::ReadyEvent, kEventsPerTurn> events;
  while (!is_stopping_) {
    const auto count = epoll_.wait(events, timeout());
    CHECK(count.has_value());
    for (const sys::ReadyEvent& event : std::span(events).first(*count)) {
      if (event.data == kMailboxId) {
        Mailbox::Content content = mailbox_.take();
        // The lines that came with it go there already.
        for (Command& command : content.commands)
          if (auto* to = std::get_if<OwnDestinations>(&command)) direct_own(std::move(*to));
        write_own(content);
        for (Command& command : content.commands) obey(std::move(command));
      } else if (inputs_.contains(event.data)) {
        read_ready(event.data);
      } else if (!show_ready(event.data) && !post_ready(event.data)) {
        write_ready(event.data);
      }
    }
    keep_time();
    ring_alarms();
    if (drain_) answer_drain();
    const Duration rest = pace_.end_round(sys::monotonic_now());
    if (!drain_ && rest > Duration::zero()) nap(rest);
  }
}

// Nothing while there is nothing to wait for but descriptors.
std::optional<Duration> Worker::timeout() const {
  std::optional<Duration> out;
  const auto within = [&](Duration left) { out = std::max(Duration::zero(), std::min(left, out.value_or(left))); };
  if (drain_) within(drain_->deadline - sys::monotonic_now());
  if (!blocked_.empty()) within(next_retry_ - sys::monotonic_now());
  if (const auto alarm = alarms_.next()) within(*alarm - sys::monotonic_now());
  if (const auto retry = next_post_retry()) within(*retry - sys::monotonic_now());
  if (next_due_) within(std::min<Duration>(*next_due_ - sys::wall_now(), kClockPatience));
  return out;
}

bool Worker::is_drained() const {
  return std::ranges::none_of(inputs_, [](const auto& row) { return row.second->flush_after.has_value(); }) &&
         std::ranges::none_of(outlets_, [](const auto& row) { return row.second->sink.has_pending(); }) &&
         std::ranges::none_of(
             posts_, [](const auto& row) { return row.second->sink.has_pending() && row.second->sink.is_in_touch(); });
}

void Worker::answer_drain() {
  const bool is_complete = is_drained();
  if (!is_complete && sys::monotonic_now() < drain_->deadline) return;
  board_.finish_drain(drain_->ticket, is_complete ? Drained::completely : Drained::partly);
  drain_.reset();
}

void Worker::obey(Command command) {
  std::visit(Overloaded{
                 [this](Source&& source) { attach(std::move(source)); },
                 [this](FlushRun flush) { flush_run(flush.run); },
                 [this](EndRun end) { end_run(end.run); },
                 [this](ForgetService forgotten) { forget(forgotten.service); },
                 [this](AddFollower&& add) { add_follower(std::move(add.follower)); },
                 [this](RefillFollower refill) { audience_.refill(refill.follower, services_); },
                 [this](RemoveFollower remove) { audience_.remove(remove.follower); },
                 [this](AddViewer&& add) { view(std::move(add)); },
                 [this](RemoveViewer remove) { unview(remove.viewer); },
                 [](OwnDestinations&&) {},  // Done before, see run().
                 [this](AskLastWords asked) { tell_last_words(asked); },
                 [this](RaiseFence fence) { board_.pass_fence(fence.number); },
                 [this](TendFiles&& order) { tend(order); },
                 [this](ReopenFiles) { reopen_all(); },
                 [this](SettleLedger) { settle_ledger(); },
                 [this](Drain drain) {
                   drain_ = drain;
                   std::vector<Input*> all;
                   for (const auto& [id, input] : inputs_) all.push_back(input.get());
                   for (Input* input : all) {
                     unthrottle(*input);
                     request_flush(*input);
                   }
                 },
                 [this](Stop) { is_stopping_ = true; },
             },
             std::move(command));
}

void Worker::attach(Source source) {
  if (auto done = sys::set_nonblocking(source.pipe); !done) trouble(std::move(done).error().wrap(source.name));
  ServiceLog& service = service_log(source);
  Outlet* outlet = outlet_for(std::move(source.destination));
  auto input = std::make_unique<Input>(Input{.id = next_id_++,
                                             .service = &service,
                                             .stream = source.stream,
                                             .run = source.run,
                                             .pipe = std::move(source.pipe),
                                             .is_terminal = source.is_terminal,
                                             .framer = Framer(source.line_max),
                                             .outlet = outlet,
                                             .awaited = std::move(source.awaited)});
  ++service.inputs;
  if (outlet != nullptr) ++outlet->inputs;
  Input& added = *input;
  fit(added, source);
  add_further(added, std::move(source.also));
  keep_place(added, source);
  inputs_.emplace(added.id, std::move(input));
  take_up(added, source.key);
  if (auto done = epoll_.add(added.pipe, EPOLLIN, added.id); !done) {
    trouble(std::move(done).error().wrap(fmt::format("cannot capture the output of {}", service.name)));
    end_input(added);
  }
}

// The ring and its name stay when the service runs again.
ServiceLog& Worker::service_log(const Source& source) {
  auto& entry = services_[source.service];
  if (entry == nullptr) entry.reset(new ServiceLog{source.service, source.name, Ring(options_.ring_bytes)});
  entry->name = source.name;
  return *entry;
}

// What is in the pipes is read at once, as far as it is not much: who asks for the last words of a run because it has
// ended comes right behind this command.
void Worker::flush_run(RunId run) {
  std::vector<std::uint64_t> of_run;
  for (const auto& [id, input] : inputs_)
    if (input->run == run) of_run.push_back(id);
  for (const std::uint64_t id : of_run) {
    request_flush(*inputs_.at(id));
    const auto found = inputs_.find(id);  // It may have ended with the flush.
    if (found != inputs_.end() && found->second->flush_after && !is_paused(*found->second)) read_ready(id);
  }
}

// A terminal that nobody has open may be opened again, so it ends with its run alone.
void Worker::end_run(RunId run) {
  std::vector<Input*> terminals;
  for (const auto& [id, input] : inputs_)
    if (input->run == run && input->is_terminal) terminals.push_back(input.get());
  for (Input* terminal : terminals) {
    terminal->ends_with_flush = true;
    request_flush(*terminal);
  }
}

// Its readers get what is in the pipes now, and another service may have the id from now on.
void Worker::forget(InstanceId service) {
  const auto found = services_.find(service);
  if (found == services_.end()) return;
  ServiceLog& log = *found->second;
  log.is_forgotten = true;
  leaving_.push_back(std::move(found->second));
  services_.erase(found);
  std::vector<Input*> inputs;
  for (const auto& [id, input] : inputs_)
    if (input->service == &log) inputs.push_back(input.get());
  if (inputs.empty()) return release_if_forgotten(log);
  for (Input* input : inputs) {
    input->ends_with_flush = true;
    request_flush(*input);
  }
}

void Worker::release_if_forgotten(ServiceLog& service) {
  if (!service.is_forgotten || service.inputs > 0) return;
  retire(service);
  std::erase_if(leaving_, [&](const auto& leaving) { return leaving.get() == &service; });
}

void Worker::retire(ServiceLog& service) {
  while (!service.ring.is_empty()) audience_.on_drop(service.ring.drop_front(service.ring.used()));
  if (services_.contains(service.id)) return;  // Another service has the id already.
  audience_.forget(service.id);
  board_.remove(service.id);
}

void Worker::trouble(Error error) { board_.post({Notice::Kind::trouble, std::move(error.what)}); }

void Worker::read_ready(std::uint64_t id) {
  const std::uint64_t before = read_bytes_;
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const auto found = inputs_.find(id);
    if (found == inputs_.end() || !read_some(*found->second)) break;
  }
  const auto found = inputs_.find(id);
  if (found != inputs_.end() && read_bytes_ > before) make_room(*found->second, read_bytes_ - before);
}

// One read. Returns whether there may be more at once; the input may be gone.
bool Worker::read_some(Input& input) {
  Outlet* const outlet = input.outlet;
  if (throttle(input)) return false;
  if (outlet != nullptr && outlet->sink.is_full() && !input.valve->drops()) {
    pause(input);
    return false;
  }
  std::size_t wanted = kReadBytes;
  if (outlet != nullptr) wanted = outlet->sink.read_size(input.formatter ? input.formatter->overhead() : 0);
  if (input.valve->rate() && !input.valve->drops()) wanted = std::min(wanted, kThrottledReadBytes);
  const std::span<char> place = place_to_read(input, wanted);
  const ssize_t got = ::read(input.pipe.get(), place.data(), place.size());
  if (got <= 0 && input.account != nullptr) ledger_->not_taken();
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    on_read_error(input, got < 0 ? errno : 0);
    return false;
  }
  if (std::exchange(input.is_hung_up, false)) (void)epoll_.modify(input.pipe, EPOLLIN, input.id);
  const auto size = static_cast<std::size_t>(got);
  read_bytes_ += size;
  viewers_.deliver(input.service->id, input.is_terminal, {place.data(), size});
  if (input.account != nullptr) ledger_->taken(size);
  take(input, place.first(size));
  end_step(input);
  if (input.flush_after) {
    *input.flush_after -= std::min(*input.flush_after, size);
    if (*input.flush_after == 0) {
      const bool ends = input.ends_with_flush;
      flush(input);
      if (ends) return false;
    }
  }
  return size == wanted || input.is_terminal;  // A terminal hands over a page at most.
}

// 0 is the end of the file. EIO is how a terminal says that nobody has it open any more.
void Worker::on_read_error(Input& input, int error) {
  if (error == EIO && input.is_terminal && !input.ends_with_flush) return hang_up(input);
  if (error != 0 && error != EIO)
    trouble(Error{
        Errc::sys, error, fmt::format("cannot read the output of {}: {}", input.service->name, errno_text(error)), {}});
  end_input(input);
}

// Until somebody opens it again and writes, of which an edge tells; that nobody has it open would be told for ever.
void Worker::hang_up(Input& input) {
  if (std::exchange(input.is_hung_up, true)) return;
  flush(input);
  if (auto done = epoll_.modify(input.pipe, EPOLLIN | EPOLLET, input.id); !done) end_input(input);
}

void Worker::take(Input& input, std::span<char> bytes) {
  Counters counters;
  const std::string_view text =
      input.is_terminal ? without_returns(input, bytes, counters) : std::string_view{bytes.data(), bytes.size()};
  input.framer.feed(text, joined_, [&](const Block& block) { deliver(input, block, counters); });
  if (counters.lines == 0) return;
  board_.add(input.service->id, counters);
  if (input.outlet != nullptr) commit(*input.outlet);
  commit_further(input);
}

// What the program wrote: its terminal has put a carriage return before each newline. One at the end of what was read
// waits for the byte behind it.
std::string_view Worker::without_returns(Input& input, std::span<char> bytes, Counters& counters) {
  if (input.account != nullptr)  // What the ledger has of it stays as it is.
    bytes = {buffer_.get(), static_cast<std::size_t>(std::ranges::copy(bytes, buffer_.get()).out - buffer_.get())};
  if (std::exchange(input.has_return, false) && bytes.front() != '\n')
    input.framer.feed("\r", joined_, [&](const Block& block) { deliver(input, block, counters); });
  std::size_t kept = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool is_last = at + 1 == bytes.size();
    if (bytes[at] == '\r' && is_last) input.has_return = true;
    if (bytes[at] != '\r' || (!is_last && bytes[at + 1] != '\n')) bytes[kept++] = bytes[at];
  }
  return {bytes.data(), kept};
}

void Worker::deliver(Input& input, const Block& block, Counters& counters) {
  ServiceLog& service = *input.service;
  const std::uint64_t position = input.file != nullptr ? input.kept->base + input.file->sink.position() : 0;
  const Origin origin{sys::wall_now(), ++sequence_, input.run, service.id, input.stream, position};
  counters.lines += block.lines;
  counters.bytes += block.bytes.size();
  if (const Block young = unread(input, block); young.lines > 0) {
    service.ring.append(origin, {}, young, [&](const Ring::Dropped& dropped) {
      service.has_dropped = true;
      audience_.on_drop(dropped);
    });
    audience_.deliver(origin, service.name, young);
  }
  if (input.awaited) look_for_awaited(input, block);
  block_end_ = block_at_ + block.bytes.size();
  if (input.outlet != nullptr) pass(input, origin.time, unwritten(input, 0, block));
  write_further(input, origin.time, block);
  block_at_ = block_end_;
  is_growing_ = false;
}

// Flushes when everything is read that is in the pipe now, however long that takes and however much is written
// meanwhile.
void Worker::request_flush(Input& input) {
  pollfd asked{input.pipe.get(), POLLIN, 0};
  // A terminal moves what was written to where it is counted only when it is asked.
  if (input.is_terminal) (void)::poll(&asked, 1, 0);
  input.flush_after = readable_bytes(input.pipe);
  if (*input.flush_after == 0) flush(input);
}

void Worker::flush(Input& input) {
  input.flush_after.reset();
  begin_step(input, Todo::flush);
  flush_held(input);
  end_step(input);
  if (std::exchange(input.ends_with_flush, false)) end_input(input);
}

void Worker::flush_held(Input& input) {
  if (input.framer.held() > 0 || input.has_return) {
    Counters counters;
    const auto out = [&](const Block& block) { deliver(input, block, counters); };
    if (std::exchange(input.has_return, false)) input.framer.feed("\r", joined_, out);
    input.framer.flush(joined_, out);
    board_.add(input.service->id, counters);
    if (input.outlet != nullptr) commit(*input.outlet);
    commit_further(input);
  }
  write_last_words(input);
}

void Worker::end_input(Input& input) {
  input.ends_with_flush = false;
  flush(input);
  (void)epoll_.remove(input.pipe);  // A paused one is not in the set.
  if (input.missing_lines > 0) {
    begin_step(input, Todo::look);
    tell_missing(input);
    end_step(input);
  }
  if (input.account != nullptr) ledger_->leave(*input.account);
  alarms_.cancel(input.id);
  ServiceLog& service = *input.service;
  Outlet* const outlet = input.outlet;
  leave_place(input);
  if (outlet != nullptr) {
    std::erase(outlet->paused, input.id);
    --outlet->inputs;
  }
  leave_further(input);
  inputs_.erase(input.id);
  --service.inputs;
  release_if_forgotten(service);
  if (outlet != nullptr) release_if_unused(*outlet);
}

bool Worker::is_paused(const Input& input) {
  return input.is_throttled ||
         (input.outlet != nullptr && std::ranges::find(input.outlet->paused, input.id) != input.outlet->paused.end());
}

void Worker::pause(Input& input) {
  (void)epoll_.remove(input.pipe);  // It is in the set: it was ready.
  input.outlet->paused.push_back(input.id);
}

}  // namespace sup::log
