// What a log thread that was killed has left in its ledger.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "log/ledger_journal.hpp"
#include "log/record.hpp"
#include "sys/shared_memory.hpp"

namespace sup::log {

// What an input carries from one read to the next.
struct Carry {
  std::string held = {};  // Of a line that is not complete.
  bool is_continuing = false;
  bool has_return = false;
  bool has_record = false;
  WallTime record_time = {};
  std::string record = {};
  Marks record_marks = {};
  std::uint64_t missing_lines = 0;
  std::uint64_t missing_bytes = 0;
  bool has_found = false;     // The line that was awaited.
  Todo todo = Todo::nothing;  // The step that was not ended,
  std::string raw = {};       // the bytes that it is about,
  Progress progress = {};     // and how far it has come.
};

struct LeftLedger {
  std::map<std::string, Carry> inputs;                     // By key.
  std::map<std::string, std::vector<std::string>> unsent;  // By destination, in pieces as they were put.
  std::vector<std::string> troubles;                       // In words.
  std::uint64_t life = 0;
  std::uint32_t half = 0;
  std::uint64_t last_seq = 0;
};

// Descriptors that stand for names of destinations that are no paths.
struct StandardFiles {
  int out = 1;
  int err = 2;
};
inline constexpr const char* kStandardOutput = "standard output";
inline constexpr const char* kStandardError = "standard error";

// Changes nothing, so that it can be done again by the next life when this one dies meanwhile.
[[nodiscard]] LeftLedger read_ledger(const sys::SharedMemory& memory, StandardFiles files);

}  // namespace sup::log
