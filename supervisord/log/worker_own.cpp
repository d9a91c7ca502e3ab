// Worker: supervisord's own lines.
#include <algorithm>
#include <utility>

#include "log/worker.hpp"
#include "sys/clock.hpp"

namespace sup::log {

void Worker::direct_own(OwnDestinations to) {
  has_own_stderr_ = to.has_stderr;
  if (to.file) {
    own_file_ = outlet_for(*std::move(to.file));
    ++own_file_->inputs;
  }
  if (host_.empty() && !to.messages.empty()) host_ = host_name();
  for (MessageDestination& message : to.messages) {
    Post& post = post_to(std::move(message.address));
    ++post.inputs;
    own_posts_.push_back({&post, std::move(message.origin)});
  }
}

void Worker::write_own(const Mailbox::Content& content) {
  if (has_own_stderr_) {
    announce_own_drops();
    write_own_to(*stderr_, content.own_lines);
    own_dropped_ += content.own_lost;
    commit(*stderr_);
  }
  if (own_file_ != nullptr && !content.own_lines.empty()) {
    write_own_to(*own_file_, content.own_lines);
    commit(*own_file_);
  }
  if (own_posts_.empty()) return;
  std::string_view rest = content.own_lines;
  for (const OwnHead head : content.own_heads) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    send_own(line, head);
  }
  for (const OwnPost& own : own_posts_) commit(*own.post);
}

void Worker::write_own_to(Outlet& outlet, std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    const bool is_stderr = &outlet == stderr_;
    if ((is_stderr && own_dropped_ > 0) || !outlet.sink.has_room_for_own(line.size()))
      own_dropped_ += is_stderr ? 1 : 0;
    else
      outlet.sink.put_own(line);
  }
}

void Worker::send_own(std::string_view line, OwnHead head) {
  for (OwnPost& own : own_posts_) {
    own.origin.severity = head.severity;
    const std::string_view text = line.substr(std::min<std::size_t>(head.prefix, line.size()));
    own.post->sink.put(InstanceId{}, message_of(own.origin, host_, sys::wall_now(), text), line.size() + 1);
  }
}

}  // namespace sup::log
