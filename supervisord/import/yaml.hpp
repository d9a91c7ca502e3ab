// YAML text -> a tree of nodes, with bounds. The YAML library is known to yaml.cpp only.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sup::imports {

inline constexpr std::size_t kMaxYamlNodes = 100'000;  // With what aliases repeat.
inline constexpr std::size_t kMaxYamlDepth = 50;
inline constexpr std::size_t kMaxYamlKeys = 5'000;  // Of one map.

enum class YamlKind : std::uint8_t { scalar, list, map };

struct YamlEntry;

struct YamlNode {
  YamlKind kind = YamlKind::scalar;
  std::string text;        // Of a scalar.
  bool is_quoted = false;  // A scalar in quotes is a text in any case.
  std::uint32_t line = 0;
  std::vector<YamlNode> list;
  std::vector<YamlEntry> map;  // Keys once, in the order of the file.

  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  [[nodiscard]] bool is_null() const {
    return kind == YamlKind::scalar && !is_quoted && (text.empty() || text == "null" || text == "~");
  }
  // For messages: the scalar, or how much it is.
  [[nodiscard]] std::string brief() const;
};

struct YamlEntry {
  std::string key;
  YamlNode value;
};

struct YamlFault {
  std::uint32_t line = 0;
  std::string text;
};

// The one document of a text. Keys are scalars; << takes over what another map says.
[[nodiscard]] std::expected<YamlNode, YamlFault> parse_yaml(std::string_view text);

}  // namespace sup::imports
