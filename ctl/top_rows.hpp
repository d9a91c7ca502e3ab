// What `ctl top` shows of services: one row each, from what supervisord answers. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "wire/messages.hpp"

namespace sup::ctl {

// One look at everything.
struct TopSample {
  wire::StatusReply status;
  wire::TreeReply tree;
  std::map<std::string, std::int64_t> descriptors;  // By service, where they could be counted.
  Instant taken;
};

struct TopRow {
  std::string name;
  std::size_t depth = 0;  // Below how many parents.
  std::string state;
  std::string status;
  std::optional<double> cpu;           // Percent of one processor; nothing where no process is, or after one look only.
  std::optional<std::int64_t> memory;  // Bytes.
  std::optional<std::int64_t> descriptors;
  std::int64_t restarts = 0;
  std::string health;  // Empty: it is not asked.
  std::optional<std::int64_t> pid;
  std::int64_t since_ms = 0;
  std::string cause;
};

// How much of a processor each service has used between two looks.
class CpuMeter {
 public:
  void take(const TopSample& sample);
  [[nodiscard]] std::optional<double> percent(std::string_view service) const;

 private:
  std::map<std::int64_t, std::int64_t> spent_ms_;  // By process, at the last look.
  std::map<std::string, double, std::less<>> percent_;
  std::optional<Instant> taken_;
};

enum class TopOrder : std::uint8_t { tree, name, state, cpu, memory, restarts };
inline constexpr TopOrder kTopOrderLast = TopOrder::restarts;
[[nodiscard]] std::string_view order_name(TopOrder order);
// By its name, as the parameter --sort has it.
[[nodiscard]] TopOrder order_named(std::string_view name);

// In this order: children below their parents, by name, what needs attention first, or the largest first. `filter`: a
// part of the name or of the state; empty: all.
[[nodiscard]] std::vector<TopRow> top_rows(const TopSample& sample, const CpuMeter& meter, TopOrder order,
                                           std::string_view filter);

}  // namespace sup::ctl
