// Messages as JSON Schema, from their rows.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace sup::wire {

// Every message of the interface by its name, each a schema that refers to others as `#/$defs/NAME`. Members may be
// added to them, so none forbids others.
[[nodiscard]] nlohmann::ordered_json message_schemas();

}  // namespace sup::wire
