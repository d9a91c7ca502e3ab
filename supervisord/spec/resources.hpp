// What all processes of a run may use together, by the controllers of cgroup version 2. Plain data; the rows are in
// resource_fields.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/attributes.hpp"

namespace sup {

// A whole number, or "unlimited".
struct CountOrUnlimited {
  std::optional<std::uint32_t> count;  // Nothing: unlimited.
  friend bool operator==(const CountOrUnlimited&, const CountOrUnlimited&) = default;
};

// Memory: "512MiB", "25%" of the machine's, "unlimited".
struct MemoryAmount {
  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};
  std::uint64_t bytes = kUnlimited;
  std::uint8_t percent = 0;  // 1 to 100: instead of the bytes.
  friend bool operator==(const MemoryAmount&, const MemoryAmount&) = default;
};

// CPU time: "150%" is one and a half processors; or "unlimited".
struct CpuMax {
  std::optional<std::uint32_t> percent;  // At least 1. Nothing: unlimited.
  friend bool operator==(const CpuMax&, const CpuMax&) = default;
};

// So many bytes in each second.
struct ByteRate {
  std::uint64_t bytes = 0;
  friend bool operator==(const ByteRate&, const ByteRate&) = default;
};

// The bounds of one disk; what is not said is unlimited.
struct IoMaxSpec {
  std::string device;
  std::optional<ByteRate> rbps;
  std::optional<ByteRate> wbps;
  std::optional<std::uint32_t> riops;
  std::optional<std::uint32_t> wiops;
  friend bool operator==(const IoMaxSpec&, const IoMaxSpec&) = default;
};

struct ResourcesSpec {
  std::optional<MemoryAmount> memory_max;
  std::optional<MemoryAmount> memory_high;
  std::optional<MemoryAmount> memory_low;
  std::optional<MemoryAmount> memory_swap_max;
  std::optional<CpuMax> cpu_max;
  std::optional<std::uint16_t> cpu_weight;
  CpuAffinity cpuset;
  std::optional<CountOrUnlimited> pids_max;
  std::vector<IoMaxSpec> io_max;
  std::optional<std::uint16_t> io_weight;
  bool required = false;
  friend bool operator==(const ResourcesSpec&, const ResourcesSpec&) = default;
};

}  // namespace sup
