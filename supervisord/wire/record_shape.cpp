#include "wire/record_shape.hpp"

#include "base/check.hpp"
#include "wire/message_tables.hpp"

namespace sup::wire {
namespace {

template <class T>
std::vector<std::string_view> members_of() {
  std::vector<std::string_view> out;
  for_each_member<T>([&](const auto& row) { out.push_back(row.name); });
  return out;
}

// Only of what is a list of messages the records can be told.
template <class T>
inline constexpr bool kIsRecords = false;
template <class T>
  requires requires { MessageRows<T>::kRows; }
inline constexpr bool kIsRecords<std::vector<T>> = true;

// The first list of messages; without one the message itself.
template <class T>
RecordShape shape_of() {
  RecordShape out;
  for_each_member<T>([&](const auto& row) {
    using Value = std::remove_cvref_t<decltype(std::declval<T>().*row.member)>;
    if constexpr (kIsRecords<Value>)
      if (out.list.empty()) out = {row.name, members_of<typename Value::value_type>()};
  });
  if (out.list.empty()) out.fields = members_of<T>();
  return out;
}

}  // namespace

RecordShape record_shape(const CommandRow& row) {
  RecordShape out;
  for_each_type(MessageTypes{}, [&]<class T>() {
    if (MessageRows<T>::kName == row.reply) out = shape_of<T>();
  });
  CHECK(!out.fields.empty());
  return out;
}

}  // namespace sup::wire
