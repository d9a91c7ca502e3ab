#include "init/init.hpp"

#include "init/loop.hpp"
#include "init/personalities.hpp"
#include "sys/signals.hpp"

namespace sup::init {

std::optional<int> run_if_asked(int argc, char** argv) {
  if (argc < 1) return std::nullopt;
  const Personality* personality = find_personality(argv[0]);
  if (personality == nullptr && !is_own(argc, argv)) return std::nullopt;
  // From the first moment on no signal is lost or deadly; an inherited "ignore CHLD" would lose every exit code.
  (void)sys::block_all_signals();
  sys::reset_signal_dispositions();
  const Parsed parsed = personality != nullptr ? personality->parse(argc, argv) : parse_own(argc, argv);
  if (!parsed.done_with) return run(parsed.plan);
  sys::write_text(parsed.text_fd, parsed.text);
  return parsed.done_with;
}

bool stands_in(std::string_view program) noexcept { return find_personality(program) != nullptr; }

}  // namespace sup::init
