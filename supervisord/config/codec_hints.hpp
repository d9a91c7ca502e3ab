// What is said of a key that a table does not have.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "spec/fields.hpp"

namespace sup {

// Whether `word` is one of the words of `key`: "size" of "max-size".
inline bool is_word_of(std::string_view word, std::string_view key) {
  return ("-" + std::string(key) + "-").find("-" + std::string(word) + "-") != std::string::npos;
}

// The key of Spec that `word` was probably meant to be: a near one, one with this name in a table of Spec, or one with
// this word in its name.
template <SettingTable Spec>
std::string probable_key(std::string_view word) {
  std::vector<std::string_view> keys;
  std::string deeper, longer;
  for_each_field<Spec>([&]<class T, class Check>(const Field<Spec, T, Check>& row) {
    keys.push_back(row.key);
    if (longer.empty() && is_word_of(word, row.key)) longer = row.key;
    if constexpr (SettingTable<Plain<T>>)
      for_each_field<Plain<T>>([&](const auto& inner) {
        if (inner.key == word && deeper.empty()) deeper = fmt::format("{}.{}", row.key, inner.key);
      });
  });
  const auto near = nearest(word, keys);
  if (near) return std::string(*near);
  return deeper.empty() ? longer : deeper;
}

// "its keys are max-size, every, at", of a table that is small enough to be told whole.
template <SettingTable Spec>
std::string keys_told() {
  constexpr std::size_t kMost = 12;
  std::vector<std::string_view> keys;
  for_each_field<Spec>([&](const auto& row) { keys.push_back(row.key); });
  return keys.size() > kMost ? "" : fmt::format("its keys are {}", fmt::join(keys, ", "));
}

}  // namespace sup
