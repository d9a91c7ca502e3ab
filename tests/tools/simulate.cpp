// simulate FIRST COUNT: runs universes and prints each violation; exit code 1 if there was one. With --names only the
// names of the checkers, one for each violation. For nights, and for tests/sim/run_mutants.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/universe/universe.hpp"

int main(int argc, char** argv) {
  const bool only_names = argc == 4 && std::string_view(argv[3]) == "--names";
  if (argc != 3 && !only_names) {
    std::fputs("usage: simulate FIRST COUNT [--names]\n", stderr);
    return 64;
  }
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  bool is_right = true;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    sup::sim::Universe universe(seed);
    universe.run();
    if (!universe.violation()) continue;
    is_right = false;
    if (only_names)
      std::printf("%.*s\n", static_cast<int>(universe.violation()->checker.size()),
                  universe.violation()->checker.data());
    else
      std::printf("%s\n", sup::sim::judge_seed(seed)->c_str());
  }
  return is_right ? 0 : 1;
}
