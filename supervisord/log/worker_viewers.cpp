// The half of the worker that shows terminals to who is attached to them.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "log/limits.hpp"
#include "log/worker.hpp"

namespace sup::log {
namespace {

// A terminal wants its carriage returns back.
std::string with_returns(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

// The last lines of a text that ends in the middle of its last one.
std::string_view last_lines(std::string_view text, std::size_t lines) {
  std::size_t from = text.size();
  while (from > 0 && (text[from - 1] != '\n' || lines-- > 0)) --from;
  return text.substr(from);
}

}  // namespace

void Worker::view(AddViewer add) {
  Viewer& viewer = viewers_.add({add.id, std::move(add.request), next_id_++});
  viewers_.send(viewer, recent(viewer));
}

// What is in its pipes now is still for it.
void Worker::unview(ViewerId id) {
  constexpr int kMostReads = 64;  // Of a terminal, more than it holds.
  const Viewer* viewer = viewers_.find(id);
  if (viewer == nullptr) return;
  std::vector<std::uint64_t> inputs;
  for (const auto& [number, input] : inputs_)
    if (input->service->id == viewer->request.service && !is_paused(*input)) inputs.push_back(number);
  for (const std::uint64_t number : inputs)
    for (int reads = 0; reads < kMostReads; ++reads)
      if (const auto found = inputs_.find(number); found == inputs_.end() || !read_some(*found->second)) break;
  viewers_.remove(id);
}

// The last screen of the run whose output it is, with the line that is not complete: where a prompt stands.
std::string Worker::recent(const Viewer& viewer) const {
  const ViewRequest& request = viewer.request;
  const auto service = services_.find(request.service);
  if (service == services_.end()) return {};
  std::string held;
  RunId run;
  for (const auto& [id, input] : inputs_) {
    if (input->service != service->second.get() || input->is_terminal != request.is_terminal) continue;
    run = std::max(run, input->run);
    held += input->framer.held_text();
  }
  const Ring& ring = service->second->ring;
  std::string text;
  for (std::size_t at = 0; at < ring.used(); at = ring.next(at)) {
    const Ring::Entry entry = ring.entry_at(at);
    if (entry.origin.run != run) continue;
    const std::size_t before = text.size();
    text.resize(before + entry.size);
    ring.copy(at, entry.label, entry.size, text.data() + before);
  }
  text = std::string(last_lines(text + held, kScreenLines));
  if (text.size() > kScreenBytes) text.erase(0, text.size() - kScreenBytes);
  return request.is_terminal ? with_returns(text) : text;
}

bool Worker::show_ready(std::uint64_t token) {
  Viewer* viewer = viewers_.catch_up(token);
  if (viewer == nullptr) return false;
  const std::string_view end = viewer->request.is_terminal ? "\r\n" : "\n";
  const std::uint64_t missed = std::exchange(viewer->missed, 0);
  viewers_.send(*viewer, fmt::format("{}[{} bytes are missing here: they were not read in time]{}{}", end, missed, end,
                                     recent(*viewer)));
  return true;
}

}  // namespace sup::log
