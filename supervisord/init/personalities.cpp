#include "init/personalities.hpp"

namespace sup::init {
namespace {

constexpr Personality kPersonalities[] = {
    {"tini", parse_tini},           {"tini-static", parse_tini},    {"docker-init", parse_tini},
    {"dumb-init", parse_dumb_init}, {"catatonit", parse_catatonit},
};

}  // namespace

std::span<const Personality> personalities() noexcept { return kPersonalities; }

const Personality* find_personality(std::string_view program) noexcept {
  const std::string_view name = program.substr(program.rfind('/') + 1);  // npos + 1 is 0.
  for (const Personality& personality : kPersonalities)
    if (personality.name == name) return &personality;
  return nullptr;
}

}  // namespace sup::init
