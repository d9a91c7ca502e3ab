// What the replies of a command are a list of: for who wants some fields of each.
#pragma once

#include <string_view>
#include <vector>

#include "wire/commands.hpp"

namespace sup::wire {

struct RecordShape {
  std::string_view list;  // The member of the reply that holds the records; empty: the reply is one itself.
  std::vector<std::string_view>
      fields;  // The members of a record, also those that are left out where they say nothing.
};

// Of a command that is a call.
[[nodiscard]] RecordShape record_shape(const CommandRow& row);

}  // namespace sup::wire
