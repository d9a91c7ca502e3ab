// How many members a record has, so that a table of them can be proved to be whole.
#pragma once

#include <chrono>
#include <cstddef>

#include "spec/fields.hpp"
#include "spec/spec_set.hpp"

namespace sup {

namespace detail {
// As AnyObject, for moments: g++ cannot decide there between the constructor from a duration and the copy.
struct AnyMoment {
  template <class Clock, class Length>
  operator std::chrono::time_point<Clock, Length>() const;
};
// And for definitions, of whose constructors g++ can choose none.
struct AnyDefinition {
  operator ServiceRef() const;
};
}  // namespace detail

// detail::member_count() of the settings' rows, and it knows moments and definitions.
template <class T, class... Args>
consteval std::size_t record_members() {
  if constexpr (requires { T{{Args{}}..., {detail::AnyMoment{}}}; })
    return record_members<T, Args..., detail::AnyMoment>();
  else if constexpr (requires { T{{Args{}}..., {detail::AnyObject{}}}; })
    return record_members<T, Args..., detail::AnyObject>();
  else if constexpr (requires { T{{Args{}}..., {detail::AnyScalar{}}}; })
    return record_members<T, Args..., detail::AnyScalar>();
  else if constexpr (requires { T{{Args{}}..., {detail::AnyDefinition{}}}; })
    return record_members<T, Args..., detail::AnyDefinition>();
  else
    return sizeof...(Args);
}

}  // namespace sup
