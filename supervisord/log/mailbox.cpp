#include "log/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "log/limits.hpp"
#include "sys/fd.hpp"

namespace sup::log {

bool Mailbox::has_content() const {
  return !content_.commands.empty() || !content_.own_lines.empty() || content_.own_lost > 0;
}

// The thread of a mailbox with content has been woken already, or will be by deliver().
void Mailbox::note_posted(bool had_content) {
  if (had_content) return;
  if (delivery_ == Delivery::at_once) return sys::notify_eventfd(wake_);
  must_wake_ = true;
}

void Mailbox::deliver() {
  if (std::exchange(must_wake_, false)) sys::notify_eventfd(wake_);
}

void Mailbox::post(Command command) {
  const std::lock_guard lock(mutex_);
  const bool had_content = has_content();
  content_.commands.push_back(std::move(command));
  note_posted(had_content);
}

Result<> Mailbox::post_source(Source source) {
  const std::lock_guard lock(mutex_);
  if (queued_sources_ >= kMaxQueuedAttaches)
    return fail(Errc::limit,
                fmt::format("cannot capture the output of {}: the log thread is {} pipes behind, its disk does "
                            "not answer",
                            source.name, queued_sources_));
  const bool had_content = has_content();
  ++queued_sources_;
  content_.commands.emplace_back(std::move(source));
  note_posted(had_content);
  return {};
}

void Mailbox::post_own(std::string_view line, OwnHead head) {
  if (line.empty()) return;
  const std::lock_guard lock(mutex_);
  const bool had_content = has_content();
  if (content_.own_lost > 0 || content_.own_lines.size() + line.size() + 1 > kOwnQueueBytes) {
    content_.own_lost += static_cast<std::uint64_t>(std::count(line.begin(), line.end(), '\n')) + (line.back() != '\n');
  } else {
    content_.own_lines += line;
    if (line.back() != '\n') content_.own_lines += '\n';
    const auto lines = std::count(line.begin(), line.end(), '\n') + (line.back() != '\n' ? 1 : 0);
    for (std::ptrdiff_t i = 0; i < lines; ++i, head.prefix = 0) content_.own_heads.push_back(head);
  }
  note_posted(had_content);
}

Mailbox::Content Mailbox::take() {
  const std::lock_guard lock(mutex_);
  (void)sys::drain_eventfd(wake_);
  queued_sources_ = 0;
  return std::exchange(content_, {});
}

}  // namespace sup::log
