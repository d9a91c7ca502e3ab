// Worker: the destinations beside the first, which never hold up a service: what they do not take is dropped and
// counted.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "log/limits.hpp"
#include "log/worker.hpp"
#include "sys/clock.hpp"

namespace sup::log {

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

void Worker::add_further(Input& input, std::vector<FurtherDestination> destinations) {
  for (FurtherDestination& destination : destinations) {
    Further further;
    if (auto* message = std::get_if<MessageDestination>(&destination.to)) {
      if (host_.empty()) host_ = host_name();
      further.post = &post_to(std::move(message->address));
      further.origin = std::move(message->origin);
      ++further.post->inputs;
    } else {
      const bool is_stdout = std::holds_alternative<StdoutDestination>(destination.to);
      further.outlet = outlet_for(is_stdout ? Destination(StdoutDestination{})
                                            : Destination(std::get<FileDestination>(std::move(destination.to))));
      ++further.outlet->inputs;
    }
    if (destination.layout) further.formatter.emplace(*std::move(destination.layout));
    input.further.push_back(std::move(further));
  }
}

// The connection to this address, which all that send there share.
Worker::Post& Worker::post_to(MessageAddress address) {
  const auto known =
      std::ranges::find_if(posts_, [&](const auto& row) { return row.second->sink.title() == address.title; });
  if (known != posts_.end()) return *known->second;
  const std::uint64_t id = next_id_++;
  Post& post = *posts_.emplace(id, std::make_unique<Post>(epoll_, id, std::move(address))).first->second;
  if (ledger_) post.sink.protect(*ledger_);
  return post;
}

void Worker::write_further(Input& input, WallTime time, const Block& block) {
  std::size_t destination = 0;
  for (Further& further : input.further) {
    const Block rest = unwritten(input, ++destination, block);
    if (rest.bytes.empty()) continue;
    if (further.post != nullptr)
      send_lines(input, destination, time, rest);
    else if (further.outlet->sink.is_full())
      board_.add(input.service->id, Counters{.dropped_lines = rest.lines, .dropped_bytes = rest.bytes.size()});
    else
      write_beside(input, destination, time, rest);
  }
}

// As it comes, or line by line in its form: records of several lines are the first destination's alone.
void Worker::write_beside(Input& input, std::size_t destination, WallTime time, Block block) {
  Further& further = input.further[destination - 1];
  Sink& sink = further.outlet->sink;
  const Writer writer{input.id, input.service->id};
  if (!further.formatter) {
    sink.put(writer, block);
    return stage(input, destination, sink.outbox(), block_end_);
  }
  further.formatter->begin(time);
  while (!block.bytes.empty()) {
    formatted_.clear();
    further.formatter->append_lines(formatted_, block, kFormattedBytes);
    sink.put(writer, Block{.bytes = formatted_});
    stage(input, destination, sink.outbox(), block_end_ - block.bytes.size());
    commit(*further.outlet);
  }
}

// A message is noted when it is put, so it is staged before.
void Worker::send_lines(Input& input, std::size_t destination, WallTime time, const Block& block) {
  Further& further = input.further[destination - 1];
  std::string_view rest = block.bytes;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    stage(input, destination, further.post->sink.outbox(), block_end_ - rest.size());
    further.post->sink.put(input.service->id, message_of(further.origin, host_, time, line), line.size() + 1);
  }
}

void Worker::commit_further(Input& input) {
  for (Further& further : input.further) {
    if (further.post != nullptr)
      commit(*further.post);
    else
      commit(*further.outlet);
  }
}

void Worker::commit(Post& post) {
  post.sink.commit();
  settle(post);
}

void Worker::settle(Post& post) {
  for (const Loss& loss : post.sink.take_losses())
    board_.add(*loss.service, Counters{.dropped_lines = loss.lines, .dropped_bytes = loss.bytes});
  for (Notice& notice : post.sink.take_notices()) board_.post(std::move(notice));
}

bool Worker::post_ready(std::uint64_t id) {
  const auto found = posts_.find(id);
  if (found == posts_.end()) return false;
  found->second->sink.on_ready();
  settle(*found->second);
  release_if_unused(*found->second);
  return true;
}

void Worker::leave_further(Input& input) {
  for (Further& further : std::exchange(input.further, {})) {
    if (further.post != nullptr) {
      --further.post->inputs;
      release_if_unused(*further.post);
    } else {
      --further.outlet->inputs;
      release_if_unused(*further.outlet);
    }
  }
}

void Worker::release_if_unused(Post& post) {
  if (post.inputs == 0 && !post.sink.has_pending()) posts_.erase(post.id);
}

std::optional<Instant> Worker::next_post_retry() const {
  std::optional<Instant> out;
  for (const auto& [id, post] : posts_)
    if (const auto at = post->sink.retry_at()) out = std::min(*at, out.value_or(*at));
  return out;
}

void Worker::retry_posts() {
  const Instant now = sys::monotonic_now();
  std::vector<Post*> due;
  for (const auto& [id, post] : posts_)
    if (const auto at = post->sink.retry_at(); at && *at <= now) due.push_back(post.get());
  for (Post* post : due) {
    commit(*post);
    release_if_unused(*post);
  }
}

}  // namespace sup::log
