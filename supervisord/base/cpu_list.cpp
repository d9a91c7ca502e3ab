#include "base/cpu_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace sup {
namespace {

std::optional<std::uint16_t> cpu_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = error == std::errc{} && end == text.data() + text.size() && number <= kMaxCpu;
  return good ? std::optional(number) : std::nullopt;
}

}  // namespace

void normalise_cpus(std::vector<std::uint16_t>& cpus) {
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
}

Result<std::vector<std::uint16_t>> parse_cpu_list(std::string_view text) {
  std::vector<std::uint16_t> out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, comma);
    const std::size_t dash = part.find('-');
    const auto first = cpu_number(part.substr(0, dash));
    const auto last = dash == part.npos ? first : cpu_number(part.substr(dash + 1));
    const bool ends_in_comma = comma + 1 == rest.size();
    if (!first || !last || *first > *last || ends_in_comma || out.size() > kMaxCpu)
      return fail(Errc::invalid, "'" + printable(text, 80) + "' is not a list of CPUs; write for example \"0-3,5\"");
    for (unsigned cpu = *first; cpu <= *last; ++cpu) out.push_back(static_cast<std::uint16_t>(cpu));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  normalise_cpus(out);
  return out;
}

std::string format_cpu_list(std::span<const std::uint16_t> cpus) {
  std::string out;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!out.empty()) out += ',';
    out += std::to_string(cpus[i]);
    if (last > i) out += '-' + std::to_string(cpus[last]);
    i = last + 1;
  }
  return out;
}

}  // namespace sup
