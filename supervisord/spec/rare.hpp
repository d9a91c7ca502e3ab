// Rare: a table of settings that few services write, at the price of one pointer for the others.
#pragma once

#include <memory>
#include <utility>

namespace sup {

// A T with the value semantics of a plain member: copies are deep, comparison is by value, and until edit() is called
// it is the default. The field rows of T are reached through it (see plain() in fields.hpp).
template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(const Rare& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Rare(Rare&& other) noexcept = default;
  Rare& operator=(const Rare& other) {
    value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  Rare& operator=(Rare&& other) noexcept = default;
  ~Rare() = default;

  [[nodiscard]] const T& operator*() const { return value_ ? *value_ : kDefault; }
  [[nodiscard]] const T* operator->() const { return &**this; }
  // Whether it was written at all, be it with the defaults.
  [[nodiscard]] bool is_written() const { return value_ != nullptr; }
  [[nodiscard]] T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }

  friend bool operator==(const Rare& a, const Rare& b) { return *a == *b; }

 private:
  static inline const T kDefault{};
  std::unique_ptr<T> value_;
};

}  // namespace sup
