// Worker: lines on their way to their destination.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "log/limits.hpp"
#include "log/worker.hpp"
#include "sys/clock.hpp"
#include "sys/fd.hpp"

namespace sup::log {
namespace {

// Takes so many lines from the front of the block.
Block take_lines(Block& block, std::uint64_t lines) {
  if (lines >= block.lines) return std::exchange(block, Block{});
  std::size_t end = 0;
  for (std::uint64_t left = lines; left > 0; --left) end = block.bytes.find('\n', end) + 1;
  const Block front{block.bytes.substr(0, end), static_cast<std::uint32_t>(lines), {block.marks.continuation, false}};
  block.bytes.remove_prefix(end);
  block.lines -= front.lines;
  if (lines > 0) block.marks.continuation = false;
  return front;
}

std::string rate_text(const LineRate& rate) {
  const std::string_view unit = rate.per == std::chrono::seconds{1}   ? "s"
                                : rate.per == std::chrono::minutes{1} ? "m"
                                                                      : "h";
  return fmt::format("{}/{}", rate.lines, unit);
}

}  // namespace

// What the source says about its lines.
void Worker::fit(Input& input, Source& source) {
  if (source.layout) input.formatter = std::make_unique<Formatter>(*std::move(source.layout));
  if (source.joining && input.formatter) {
    input.join_wait = source.joining->wait;
    input.joiner = std::make_unique<Joiner>(std::move(source.joining->start), source.line_max);
  }
  input.valve = &input.service->valves[static_cast<std::size_t>(source.log)];
  const bool had_rate = input.valve->rate().has_value();
  input.valve->set(source.overflow, source.rate);
  if (had_rate)
    for (const auto& [id, other] : inputs_)
      if (other->valve == input.valve) look_again(*other);
  input.has_final_room = source.is_terminal || source.pipe_bytes != 0;
  if (source.pipe_bytes == 0) return;
  const auto given = sys::set_pipe_size(input.pipe, source.pipe_bytes);
  if (given) input.room = *given;
  if (given && *given >= source.pipe_bytes) return;
  if (std::exchange(input.service->has_told_pipe_size, true)) return;
  board_.post({Notice::Kind::trouble,
               fmt::format("a pipe of {} holds {} and not {}: the kernel gives no more to this user (fs.pipe-max-size, "
                           "fs.pipe-user-pages-soft)",
                           source.name, format_size(given.value_or(0)), format_size(source.pipe_bytes))});
}

// Half full when it was read: with more room a writer has to wait less often, and more is read at once. It costs the
// writer's memory, and only as far as it is used.
void Worker::make_room(Input& input, std::size_t got) {
  pace_.note(got, input.room);
  if (input.has_final_room || got < input.room / 2) return;
  input.has_final_room = true;
  if (const auto given = sys::set_pipe_size(input.pipe, kFlowPipeBytes)) input.room = *given;
}

// Lets output gather. What is asked of the thread ends it.
void Worker::nap(Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  const timespec limit{seconds.count(), (duration - seconds).count()};
  pollfd asked{mailbox_.wake_fd().get(), POLLIN, 0};
  (void)::ppoll(&asked, 1, &limit, nullptr);
}

// What may not pass is dropped. Where lines are missing is said before the next one that passes.
void Worker::pass(Input& input, WallTime time, Block block) {
  if (block.bytes.empty()) return;
  const Block front = take_lines(block, admit(input, block.lines));
  if (front.lines > 0) {
    announce_missing(input);
    write(input, time, front, block_end_ - block.bytes.size());
  }
  if (block.lines > 0) drop(input, block);
}

std::uint64_t Worker::admit(Input& input, std::uint64_t lines) {
  Valve& valve = *input.valve;
  if (valve.drops()) {
    const Sink& sink = input.outlet->sink;
    input.is_shut = sink.is_full() || (input.is_shut && !sink.is_relaxed());
    if (input.is_shut) return 0;
  }
  return valve.rate() ? valve.admit(sys::monotonic_now(), lines) : lines;
}

// What is formatted is committed piece by piece, for it is much more than what came in if that was many short lines.
void Worker::write(Input& input, WallTime time, Block block, std::size_t end) {
  if (input.joiner) return join(input, time, block);
  Outlet& outlet = *input.outlet;
  const Writer writer{input.id, input.service->id};
  if (!input.formatter) {
    outlet.sink.put(writer, block);
    return stage(input, 0, outlet.sink.outbox(), end);
  }
  input.formatter->begin(time);
  while (!block.bytes.empty()) {
    formatted_.clear();
    input.formatter->append_lines(formatted_, block, kFormattedBytes);
    outlet.sink.put(writer, Block{.bytes = formatted_});
    stage(input, 0, outlet.sink.outbox(), end - block.bytes.size());
    commit(outlet);
  }
  if (formatted_.capacity() > 4 * kFormattedBytes) std::string().swap(formatted_);
}

void Worker::join(Input& input, WallTime time, Block block) {
  while (!block.bytes.empty()) {
    const bool is_last = block.lines <= 1;
    std::string_view line = block.bytes.substr(0, block.bytes.find('\n'));
    block.bytes.remove_prefix(std::min(line.size() + 1, block.bytes.size()));
    --block.lines;
    const Marks marks{block.marks.continuation, is_last && block.marks.truncated};
    input.joiner->add(time, input.formatter->clean(line), marks,
                      [&](const Joiner::Record& record) { write_record(input, record); });
    block.marks.continuation = false;
  }
  input.join_due = sys::monotonic_now() + input.join_wait;
  expect_alarm(input);
}

void Worker::write_record(Input& input, const Joiner::Record& record) {
  ++records_;
  if (input.account != nullptr && records_ <= ledger_->done(0)) return;  // An earlier life has written it.
  formatted_.clear();
  input.formatter->begin(record.time);
  input.formatter->append_record(formatted_, record.text, record.marks);
  input.outlet->sink.put({input.id, input.service->id}, Block{.bytes = formatted_});
  stage(input, 0, input.outlet->sink.outbox(), records_);
  commit(*input.outlet);
}

void Worker::drop(Input& input, const Block& block) {
  input.missing_lines += block.lines;
  input.missing_bytes += block.bytes.size();
  board_.add(input.service->id, Counters{.dropped_lines = block.lines, .dropped_bytes = block.bytes.size()});
  if (!input.joiner) stage(input, 0, input.outlet->sink.outbox(), block_end_);
  stage_missing(input);
  expect_alarm(input);
}

// One line among the others says how many are missing there, when it is taken.
void Worker::announce_missing(Input& input) {
  if (input.missing_lines > 0 && !input.outlet->sink.is_full()) tell_missing(input);
}

void Worker::tell_missing(Input& input) {
  Outlet* const outlet = input.outlet;
  if (input.joiner) input.joiner->take([&](const Joiner::Record& record) { write_record(input, record); });
  const std::uint64_t lines = std::exchange(input.missing_lines, 0);
  const auto& rate = input.valve->rate();
  const std::string text =
      fmt::format("supervisord: dropped {} ({} bytes) here: {}", counted(lines, "line"),
                  std::exchange(input.missing_bytes, 0), rate ? "more than " + rate_text(*rate) : "nobody took them");
  formatted_.clear();
  if (input.formatter) {
    input.formatter->begin(sys::wall_now());
    input.formatter->append(formatted_, text, {.dropped = lines});
  } else {
    formatted_ = text + "\n";
  }
  outlet->sink.put_remark(formatted_);
  stage_missing(input);
  commit(*outlet);
}

// The run has ended, or there is no more for the moment: nothing is to be waited for.
void Worker::write_last_words(Input& input) {
  if (input.joiner) input.joiner->take([&](const Joiner::Record& record) { write_record(input, record); });
  announce_missing(input);
  expect_alarm(input);
}

// Whether it is not to be read now, since it has written enough for a while. When supervisord ends, all is read.
bool Worker::throttle(Input& input) {
  if (input.valve->drops() || !input.valve->rate() || drain_) return false;
  if (!input.valve->opens_at(sys::monotonic_now())) return false;
  if (!std::exchange(input.is_throttled, true)) (void)epoll_.remove(input.pipe);
  expect_alarm(input);
  return true;
}

void Worker::unthrottle(Input& input) {
  if (!std::exchange(input.is_throttled, false)) return;
  if (auto done = epoll_.add(input.pipe, EPOLLIN, input.id); !done) trouble(std::move(done).error());
}

// What the input waits for may have come.
void Worker::look_again(Input& input) {
  const Instant now = sys::monotonic_now();
  if (input.is_throttled && !input.valve->opens_at(now)) unthrottle(input);
  begin_step(input, Todo::look);
  if (input.joiner && input.joiner->has_record() && input.join_due <= now)
    input.joiner->take([&](const Joiner::Record& record) { write_record(input, record); });
  announce_missing(input);
  end_step(input);
  expect_alarm(input);
}

void Worker::expect_alarm(Input& input) {
  const Instant now = sys::monotonic_now();
  std::optional<Instant> next;
  const auto expect = [&](Instant at) { next = std::min(at, next.value_or(at)); };
  if (input.joiner && input.joiner->has_record()) expect(input.join_due);
  if (input.is_throttled) expect(input.valve->opens_at(now).value_or(now));
  if (input.missing_lines > 0) expect(now + kDropPatience);
  if (!next) return alarms_.cancel(input.id);
  alarms_.set(input.id, *next);
}

void Worker::ring_alarms() {
  if (!alarms_.next()) return;
  for (const std::uint64_t id : alarms_.take_due(sys::monotonic_now()))
    if (const auto found = inputs_.find(id); found != inputs_.end()) look_again(*found->second);
}

}  // namespace sup::log
