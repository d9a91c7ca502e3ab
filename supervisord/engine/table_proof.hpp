// The proof that a table of transitions is total, done by the compiler.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "engine/transitions.hpp"

namespace sup {

struct TablePair {
  State state;
  Input input;
};

[[nodiscard]] constexpr std::size_t index_of(State state, Input input) {
  return static_cast<std::size_t>(state) * kInputCount + static_cast<std::size_t>(input);
}

// How often a pair is mentioned in each of the three lists.
struct Mentions {
  int rows = 0;
  int indifferent = 0;
  int impossible = 0;
};

consteval std::array<Mentions, kStateCount * kInputCount> count_mentions(std::span<const Row> rows,
                                                                         std::span<const TablePair> indifferent,
                                                                         std::span<const TablePair> impossible) {
  std::array<Mentions, kStateCount * kInputCount> out{};
  for (const Row& row : rows) ++out[index_of(row.from, row.input)].rows;
  for (const TablePair& pair : indifferent) ++out[index_of(pair.state, pair.input)].indifferent;
  for (const TablePair& pair : impossible) ++out[index_of(pair.state, pair.input)].impossible;
  return out;
}

// Each pair is in exactly one of the lists, and in the lists of pairs only once.
consteval bool is_total(std::span<const Row> rows, std::span<const TablePair> indifferent,
                        std::span<const TablePair> impossible) {
  return std::ranges::all_of(count_mentions(rows, indifferent, impossible), [](const Mentions& m) {
    return (m.rows > 0) + (m.indifferent == 1) + (m.impossible == 1) == 1 && m.indifferent <= 1 && m.impossible <= 1;
  });
}

// The rows of a pair stand together; their last, and only their last, is unconditional.
consteval bool is_closed(std::span<const Row> rows) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool is_last = r + 1 == rows.size() || rows[r + 1].from != rows[r].from || rows[r + 1].input != rows[r].input;
    if (rows[r].guard->name.empty() != is_last) return false;
    for (std::size_t later = r + 1; is_last && later < rows.size(); ++later)
      if (rows[later].from == rows[r].from && rows[later].input == rows[r].input) return false;
  }
  return true;
}

}  // namespace sup
