// Worker: the line by which a run shows that it is ready.
#include <utility>

#include "log/worker.hpp"

namespace sup::log {
namespace {

// Without its end, which is "\r\n" from some programs.
std::string_view next_line(std::string_view& rest) {
  std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_in_a_line(const Pattern& pattern, std::string_view block) {
  while (!block.empty())
    if (pattern.is_in(next_line(block))) return true;
  return false;
}

}  // namespace

// Once it is found, neither of the run's streams is looked at any more.
void Worker::look_for_awaited(Input& input, const Block& block) {
  if (!is_in_a_line(*input.awaited, block.bytes)) return;
  board_.post(LineFound{input.service->id, input.run});
  input.has_found = true;
  for (const auto& [id, other] : inputs_)
    if (other->run == input.run) other->awaited.reset();
}

}  // namespace sup::log
