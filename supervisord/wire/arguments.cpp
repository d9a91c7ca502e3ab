#include "wire/arguments.hpp"

#include "base/check.hpp"

namespace sup::wire {
namespace {

// The value of this type, or null if it was not given.
template <class T>
const T* typed(const Arguments& arguments, std::string_view name) {
  const ArgumentValue* value = arguments.find(name);
  if (value == nullptr) return nullptr;
  const T* result = std::get_if<T>(value);
  CHECK(result != nullptr);
  return result;
}

}  // namespace

void Arguments::set(std::string_view name, ArgumentValue value) {
  for (auto& [known, old] : values_) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  values_.emplace_back(name, std::move(value));
}

const ArgumentValue* Arguments::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

bool Arguments::has(std::string_view name) const { return find(name) != nullptr; }

bool Arguments::flag(std::string_view name) const {
  const bool* value = typed<bool>(*this, name);
  return value != nullptr && *value;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const {
  const auto* value = typed<std::int64_t>(*this, name);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::string_view Arguments::text(std::string_view name) const {
  const auto* value = typed<std::string>(*this, name);
  return value != nullptr ? std::string_view(*value) : std::string_view();
}

std::span<const std::string> Arguments::texts(std::string_view name) const {
  const auto* value = typed<std::vector<std::string>>(*this, name);
  return value != nullptr ? std::span<const std::string>(*value) : std::span<const std::string>();
}

}  // namespace sup::wire
