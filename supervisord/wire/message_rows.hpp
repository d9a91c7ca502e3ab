// Member rows of messages: one row per member, from which JSON in both directions and the varlink types follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "spec/fields.hpp"

namespace sup::wire {

// One member: its name in JSON, and a sentence for the interface description.
template <class Message, class T>
struct Member {
  std::string_view name;
  T Message::* member;
  std::string_view doc;
};
template <class Message, class T>
Member(std::string_view, T Message::*, std::string_view) -> Member<Message, T>;

// Specialise with `kName` (the varlink type), `kDoc` and `kRows = std::make_tuple(Member{...}, ...)`.
//
// Members may be bool, std::int64_t, std::string, JsonText, another message, and std::optional or std::vector of these.
// An optional without value is left out of the JSON.
template <class Message>
struct MessageRows;

// What may be a message. Whether it is one, that is whether it has rows, only message_tables.hpp can tell, which few
// files include since it takes seconds to compile; what is none does not link.
template <class T>
concept MessageStruct = std::is_class_v<T> && std::is_aggregate_v<T>;

// A JSON object or array as text, passed through as it is ("object" in varlink).
struct JsonText {
  std::string text = "{}";
  friend bool operator==(const JsonText&, const JsonText&) = default;
};

template <MessageStruct Message, class Visit>
constexpr void for_each_member(Visit&& visit) {
  std::apply([&](const auto&... row) { (visit(row), ...); }, MessageRows<Message>::kRows);
}

template <MessageStruct Message>
inline constexpr bool kEveryMemberIsARow =
    sup::detail::member_count<Message>() ==
    std::tuple_size_v<std::remove_cvref_t<decltype(MessageRows<Message>::kRows)>>;

}  // namespace sup::wire
