// What the JSON Schema says of places where something may be inserted when the files are read: ${NAME}, {instance}, a
// {parameter} of a template. Only the result can be judged, which a schema does not know.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace sup {

// The schema of a table of settings, which then takes such strings, too.
[[nodiscard]] nlohmann::ordered_json with_insertions(const nlohmann::ordered_json& table);

// What enums of such a table refer to: the entry `inserted` of $defs.
[[nodiscard]] nlohmann::ordered_json inserted_schema();

}  // namespace sup
