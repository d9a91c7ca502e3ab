// Worker: lines on their way to their destination.
#include "log/limits.hpp"
#include "log/worker.hpp"

namespace sup::log {

// What is formatted is committed piece by piece, for it is much more than what came in if that was many short lines.
void Worker::write(Input& input, WallTime time, Block block) {
  Outlet& outlet = *input.outlet;
  const Writer writer{input.id, input.service->id};
  if (!input.formatter) return outlet.sink.put(writer, block);
  input.formatter->begin(time);
  while (!block.bytes.empty()) {
    formatted_.clear();
    input.formatter->append_lines(formatted_, block, kFormattedBytes);
    outlet.sink.put(writer, Block{.bytes = formatted_});
    commit(outlet);
  }
  if (formatted_.capacity() > 4 * kFormattedBytes) std::string().swap(formatted_);
}

}  // namespace sup::log
