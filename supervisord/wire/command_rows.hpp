// The command table itself, of the rows of its groups. Included by commands.cpp only; everybody else asks commands.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "wire/files_command_rows.hpp"
#include "wire/insight_command_rows.hpp"
#include "wire/services_command_rows.hpp"
#include "wire/supervisord_command_rows.hpp"

namespace sup::wire {

// By verb.
template <std::size_t... Sizes>
constexpr auto in_order(const std::array<CommandRow, Sizes>&... groups) {
  std::array<const CommandRow*, (Sizes + ...)> rows = {};
  auto next = rows.begin();
  ((next = std::ranges::transform(groups, next, [](const CommandRow& row) { return &row; }).out), ...);
  std::ranges::sort(rows, {}, [](const CommandRow* row) { return row->verb; });
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{*rows[I]...};
  }(std::make_index_sequence<rows.size()>());
}

inline constexpr auto kCommands = in_order(kServiceCommands, kInsightCommands, kSupervisordCommands, kFileCommands);

}  // namespace sup::wire
