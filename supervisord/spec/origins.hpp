// Origins: where each setting of a service was written, and in which layer.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/enum_names.hpp"

namespace sup {

// What a service is made of, the lowest first: an upper one wins.
enum class Layer : std::uint8_t { defaults, template_, definition, drop_in };
template <>
inline constexpr auto kEnumNames<Layer> = std::array{
    EnumName{Layer::defaults, "defaults", "The table [defaults], for all services."},
    EnumName{Layer::template_, "template", "A table [template.NAME] that the service uses."},
    EnumName{Layer::definition, "definition", "The table [service.NAME] or [external.NAME] itself."},
    EnumName{Layer::drop_in, "drop-in", "A file in NAME.d."},
};

// One row per key with dots ("restart.delay"), packed, since there are many services.
class Origins {
 public:
  struct Row {
    std::string_view key;
    Layer layer = Layer::definition;
    std::uint32_t file = 0;  // Index into SpecSet::files.
    std::uint32_t line = 0;
  };

  // A key that holds a NUL byte is none of a setting, and is passed over.
  void add(const Row& row) {
    if (row.key.find('\0') != row.key.npos) return;
    packed_.append(row.key);
    packed_ += '\0';
    packed_ += static_cast<char>(row.layer);
    append(row.file);
    append(row.line);
  }

  template <class Visit>
  void for_each(Visit visit) const {
    std::string_view rest = packed_;
    while (!rest.empty()) {
      Row row{.key = rest.substr(0, rest.find('\0'))};
      rest.remove_prefix(row.key.size() + 1);
      row.layer = static_cast<Layer>(rest[0]);
      std::memcpy(&row.file, rest.data() + 1, sizeof row.file);
      std::memcpy(&row.line, rest.data() + 1 + sizeof row.file, sizeof row.line);
      rest.remove_prefix(1 + sizeof row.file + sizeof row.line);
      visit(row);
    }
  }

  // After the list of files has become another one: file i is now places[i].
  void renumber(std::span<const std::uint32_t> places) {
    Origins out;
    for_each([&](Row row) {
      row.file = places[row.file];
      out.add(row);
    });
    *this = std::move(out);
  }
  void shrink_to_fit() { packed_.shrink_to_fit(); }

  friend bool operator==(const Origins&, const Origins&) = default;

 private:
  void append(std::uint32_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    packed_.append(bytes, sizeof bytes);
  }

  std::string packed_;
};

}  // namespace sup
