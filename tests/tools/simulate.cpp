// simulate FIRST COUNT: runs universes and prints each violation; exit code 1 if there was one. simulate FIRST COUNT
// CHECKER: prints only the names of the checkers, until this one has complained. For nights, and for
// tests/sim/run_mutants.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/universe/universe.hpp"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fputs("usage: simulate FIRST COUNT [CHECKER]\n", stderr);
    return 64;
  }
  const std::string_view wanted = argc == 4 ? argv[3] : "";
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  bool is_right = true;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    sup::sim::Universe universe(seed);
    universe.run();
    if (!universe.violation()) continue;
    is_right = false;
    const std::string_view checker = universe.violation()->checker;
    const std::string text = wanted.empty() ? *sup::sim::judge_seed(seed) : std::string(checker);
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
    if (checker == wanted) break;
  }
  return is_right ? 0 : 1;
}
