// simulate [--deaths] FIRST COUNT [CHECKER]: runs universes and prints each violation; exit code 1 if there was one.
// With CHECKER prints only the names of the checkers, until this one has complained. With --deaths the manager dies now
// and then. simulate --each-step FIRST COUNT: each universe once for each of its steps, and the manager dies in that;
// prints of each that was right how many these were. For nights (make soak), and for tests/sim/run_mutants.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/universe/universe.hpp"

namespace {

using sup::sim::Fate;
using sup::sim::judge_deaths;
using sup::sim::judge_seed;
using sup::sim::Tracing;
using sup::sim::Universe;

struct Wanted {
  bool dies = false;
  bool dies_in_each_step = false;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::string_view checker;
};

// Returns whether they are right.
bool read(int argc, char** argv, Wanted& out) {
  int next = 1;
  const std::string_view option = argc > 1 ? argv[1] : "";
  out.dies = option == "--deaths";
  out.dies_in_each_step = option == "--each-step";
  if (out.dies || out.dies_in_each_step) ++next;
  if (argc - next != 2 && argc - next != 3) return false;
  out.first = std::strtoull(argv[next], nullptr, 10);
  out.count = std::strtoull(argv[next + 1], nullptr, 10);
  if (argc - next == 3) out.checker = argv[next + 2];
  return true;
}

void print(const std::string& text) {
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

bool run_each_step(const Wanted& wanted) {
  bool is_right = true;
  for (std::uint64_t seed = wanted.first; seed < wanted.first + wanted.count; ++seed) {
    Universe whole(seed);
    whole.run();
    const auto wrong = judge_deaths(seed);
    print(wrong.value_or("seed " + std::to_string(seed) + ": " + std::to_string(whole.steps()) + " steps"));
    is_right = is_right && !wrong;
  }
  return is_right;
}

bool run(const Wanted& wanted) {
  bool is_right = true;
  for (std::uint64_t seed = wanted.first; seed < wanted.first + wanted.count; ++seed) {
    const Fate fate = wanted.dies ? Fate::at_random(seed) : Fate{};
    Universe universe(seed, {}, Tracing::off, fate);
    universe.run();
    if (!universe.violation()) continue;
    is_right = false;
    const std::string_view checker = universe.violation()->checker;
    print(wanted.checker.empty() ? *judge_seed(seed, {}, fate) : std::string(checker));
    if (checker == wanted.checker) break;
  }
  return is_right;
}

}  // namespace

int main(int argc, char** argv) {
  Wanted wanted;
  if (!read(argc, argv, wanted)) {
    std::fputs("usage: simulate [--deaths] FIRST COUNT [CHECKER] | simulate --each-step FIRST COUNT\n", stderr);
    return 64;
  }
  return (wanted.dies_in_each_step ? run_each_step(wanted) : run(wanted)) ? 0 : 1;
}
