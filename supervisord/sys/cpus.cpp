#include "sys/cpus.hpp"

#include <string_view>

#include "base/cpu_list.hpp"
#include "sys/file.hpp"

namespace sup::sys {

Result<std::vector<std::uint16_t>> present_cpus() {
  const std::string text = TRY(read_file("/sys/devices/system/cpu/present", 4096));
  return parse_cpu_list(std::string_view(text).substr(0, text.find('\n')));
}

std::vector<unsigned long> cpu_mask(const std::vector<std::uint16_t>& cpus) {
  constexpr std::size_t kBits = sizeof(unsigned long) * 8;
  std::vector<unsigned long> mask;
  for (const std::uint16_t cpu : cpus) {
    if (cpu / kBits >= mask.size()) mask.resize(cpu / kBits + 1);
    mask[cpu / kBits] |= 1UL << cpu % kBits;
  }
  return mask;
}

}  // namespace sup::sys
