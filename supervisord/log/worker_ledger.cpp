// Worker: what outlives the process.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/worker.hpp"
#include "sys/clock.hpp"
#include "sys/log_directory.hpp"

namespace sup::log {
void Worker::open_ledger() {
  if (options_.ledger < 0) return;
  auto opened =
      Ledger::open(options_.ledger, {options_.stdout_fd, options_.stderr_fd}, std::move(options_.ledger_watch));
  if (!opened) return trouble(std::move(opened).error().wrap("output is lost if supervisord is killed"));
  ledger_ = *std::move(opened);
  tell_ledger_troubles();
}

void Worker::tell_ledger_troubles() {
  if (!ledger_) return;
  for (std::string& text : ledger_->take_troubles()) board_.post({Notice::Kind::trouble, std::move(text)});
}

std::span<char> Worker::place_to_read(Input& input, std::size_t wanted) {
  if (input.account == nullptr) return {buffer_.get(), wanted};
  const std::size_t there = input.is_terminal ? 0 : readable_bytes(input.pipe);
  is_growing_ = !input.is_terminal;
  held_before_ = input.framer.held();
  block_at_ = records_ = 0;
  const Progress progress{.missing_lines = input.missing_lines, .missing_bytes = input.missing_bytes};
  return ledger_->begin_read(*input.account, progress, there, wanted);
}

void Worker::begin_step(Input& input, Todo todo, Progress progress) {
  if (input.account == nullptr) return;
  is_growing_ = false;
  block_at_ = records_ = 0;
  progress.missing_lines = input.missing_lines;
  progress.missing_bytes = input.missing_bytes;
  ledger_->begin_step(*input.account, todo, progress);
}

void Worker::end_step(Input& input) {
  if (input.account == nullptr) return;
  if (is_growing_) return ledger_->end_step(*input.account, input.framer.held_text().substr(held_before_));
  fill_carry(input);
  ledger_->end_step(*input.account, carry_);
}

void Worker::fill_carry(const Input& input) {
  carry_.held = input.framer.held_text();
  carry_.is_continuing = input.framer.is_continuing();
  carry_.has_return = input.has_return;
  carry_.missing_lines = input.missing_lines;
  carry_.missing_bytes = input.missing_bytes;
  carry_.has_found = input.has_found;
  carry_.has_record = input.joiner && input.joiner->has_record();
  carry_.record.clear();
  if (!carry_.has_record) return;
  const Joiner::Record& record = input.joiner->record();
  carry_.record = record.text;
  carry_.record_time = record.time;
  carry_.record_marks = record.marks;
}

// The source was attached in an earlier life, too: it goes on where it was.
void Worker::take_up(Input& input, const std::string& key) {
  if (!ledger_ || key.empty()) return;
  if (key.size() > kLedgerKeyBytes || std::exchange(ledger_->input(key).is_used, true))
    return board_.post(
        {Notice::Kind::trouble,
         fmt::format("the output of {} is lost if supervisord is killed: its key '{}' is {}", input.service->name, key,
                     key.size() > kLedgerKeyBytes ? "too long" : "another source's")});
  input.account = &ledger_->input(key);
  if (const auto carry = ledger_->take_up(key)) go_on(input, *carry);
}

void Worker::go_on(Input& input, const Carry& carry) {
  input.framer.resume(carry.held, carry.is_continuing);
  input.has_return = carry.has_return;
  input.missing_lines = carry.missing_lines;
  input.missing_bytes = carry.missing_bytes;
  input.has_found = carry.has_found;
  if (input.has_found && std::exchange(input.awaited, std::nullopt))
    board_.post(LineFound{input.service->id, input.run});
  if (input.joiner && carry.has_record) {
    input.joiner->resume({carry.record_time, carry.record, carry.record_marks});
    input.join_due = sys::monotonic_now() + input.join_wait;
  }
  begin_step(input, Todo::again, carry.progress);
  if (carry.todo == Todo::take) {
    std::string raw = carry.raw;
    take(input, raw);
  } else if (carry.todo == Todo::flush) {
    flush_held(input);
  } else if (carry.todo == Todo::look && input.joiner && carry.progress.done[0] > 0) {
    input.joiner->take([&](const Joiner::Record& record) { write_record(input, record); });
  }
  end_step(input);
  expect_alarm(input);
}

Block Worker::unwritten(const Input& input, std::size_t destination, Block block) const {
  if (input.account == nullptr || (destination == 0 && input.joiner)) return block;
  const std::size_t done = ledger_->done(destination);
  if (done <= block_at_) return block;
  block.bytes.remove_prefix(std::min(done - block_at_, block.bytes.size()));
  const auto ends = static_cast<std::uint32_t>(std::ranges::count(block.bytes, '\n'));
  block.lines = ends + (block.bytes.empty() || block.bytes.ends_with('\n') ? 0 : 1);
  block.marks.continuation = false;
  return block;
}

Block Worker::unread(const Input& input, const Block& block) const {
  if (input.account == nullptr || input.file == nullptr) return block;
  std::size_t destination = 0;
  for (std::size_t at = 0; input.file != input.outlet && at < input.further.size(); ++at)
    if (input.further[at].outlet == input.file) destination = at + 1;
  return unwritten(input, destination, block);
}

void Worker::stage(const Input& input, std::size_t destination, const LedgerAccount* outbox, std::size_t end) {
  if (input.account != nullptr) ledger_->stage(destination, *outbox, end);
}

void Worker::stage_missing(const Input& input) {
  if (input.account == nullptr) return;
  ledger_->stage_missing(*input.outlet->sink.outbox(), input.missing_lines, input.missing_bytes);
}

// Files are written without anybody who writes to them; for the rest it is not known any more where it belongs.
void Worker::settle_ledger() {
  if (!ledger_) return;
  const LeftLedger& left = ledger_->left();
  std::vector<std::string> names;
  for (const auto& [name, pieces] : left.unsent) names.push_back(name);
  for (const std::string& name : names) settle_file(name);
  std::vector<std::string> keys;
  for (const auto& [key, carry] : left.inputs) keys.push_back(key);
  for (const std::string& key : keys) {
    const auto carry = ledger_->take_up(key);
    ledger_->leave(ledger_->input(key));
    const std::size_t taken = carry->held.size() + carry->raw.size();
    const std::size_t bytes = carry->record.size() + taken - std::min<std::size_t>(taken, carry->progress.done[0]);
    if (bytes > 0)
      board_.post({Notice::Kind::trouble,
                   fmt::format("{} bytes of the output '{}' that were read before supervisord was killed are lost: "
                               "nobody has taken it up",
                               bytes, key)});
  }
}

void Worker::settle_file(const std::string& name) {
  auto file = name.starts_with('/') ? sys::open_log(name) : fail(Errc::not_found, "");
  if (file) {
    Outlet& outlet = *outlet_for(FileDestination{.file = *std::move(file), .path = name});
    for (const std::string& piece : ledger_->take_unsent(name)) outlet.sink.put_remark(piece);  // It has another name.
    commit(outlet);
    if (outlet.sink.outbox()->name != name) ledger_->close_batch(ledger_->outbox(name), "");
    return release_if_unused(outlet);
  }
  std::size_t bytes = 0;
  for (const std::string& piece : ledger_->take_unsent(name)) bytes += piece.size();
  const std::string reason = name.starts_with('/') ? file.error().what : "nobody writes there any more";
  board_.post({Notice::Kind::trouble, fmt::format("{} bytes for {} are lost: {}", bytes, name, reason)});
  ledger_->close_batch(ledger_->outbox(name), "");
}

}  // namespace sup::log
