// What an import makes of foreign definitions: services with settings of ours, and for each option of the source what
// has become of it. Readers of one format each fill it; see option.hpp for the tables that they are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "config/value.hpp"

namespace sup::imports {

// Where something stands in the source.
struct Place {
  std::string file;        // As a user would write it.
  std::uint32_t line = 0;  // From 1; 0: the file as a whole.
};

// What became of an option.
enum class Fate : std::uint8_t { mapped, same, not_mapped };
}  // namespace sup::imports

template <>
inline constexpr auto sup::kEnumNames<sup::imports::Fate> =
    std::array{sup::EnumName{sup::imports::Fate::mapped, "mapped", "A setting of ours says the same."},
               sup::EnumName{sup::imports::Fate::same, "same", "It is so without a setting, or says nothing here."},
               sup::EnumName{sup::imports::Fate::not_mapped, "not-mapped", "It is lost."}};

namespace sup::imports {

// Whether the service does what it did without the option: runs the same program, as the same user, on the same data.
enum class Weight : std::uint8_t { minor, essential };

// One option of the source, and what became of it.
struct Note {
  Place place;
  std::string service;  // Of the result; empty: of all.
  std::string option;   // As the source calls it.
  std::string value;
  Fate fate = Fate::not_mapped;
  Weight weight = Weight::minor;  // Of what is lost.
  std::string text;               // mapped: the setting; else the reason.
};

// A source that cannot be understood. Nothing is written if there is one.
struct Problem {
  Place place;
  std::string text;
};

// One [service.NAME], [external.NAME] or [group.NAME].
struct Definition {
  std::string table = "service";
  std::string name;
  Place place;          // Where it begins in the source.
  ValueTable settings;  // Keys without dots; tables are nested.
};

struct Imported {
  std::vector<Definition> definitions;
  ValueTable supervisord;  // Settings of [supervisord].
  std::vector<Note> notes;
  std::vector<Problem> problems;

  [[nodiscard]] Definition* find(std::string_view table, std::string_view name);
  void problem(Place place, std::string text) { problems.push_back({std::move(place), std::move(text)}); }
};

// "nginx.service:12".
[[nodiscard]] std::string place_text(const Place& place);

// Sets what is at a key with dots, such as "restart.when"; what was there is replaced.
void set(ValueTable& table, std::string_view dotted, Value value);
[[nodiscard]] const Value* get(const ValueTable& table, std::string_view dotted);

// Values of ours.
[[nodiscard]] Value text_value(std::string_view text);
[[nodiscard]] Value number_value(std::int64_t number);
[[nodiscard]] Value flag_value(bool flag);
[[nodiscard]] Value words_value(const std::vector<std::string>& words);

// A name that a service of ours can have, as near to this one as can be.
[[nodiscard]] std::string service_name(std::string_view name);

}  // namespace sup::imports
