// Messages of sd_notify(3) under any bytes. The first byte says how many descriptors come with the rest.
#include "wire/notify_message.hpp"

#include <cstdint>
#include <string_view>

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto result = sup::wire::parse_notify(bytes, data[0]);
  const auto* message = std::get_if<sup::wire::NotifyMessage>(&result);
  if (message == nullptr) return 0;
  CHECK(!message->main_pid || *message->main_pid > 0);
  CHECK(!message->is_barrier || data[0] == 1);
  CHECK(!message->status || message->status->size() <= sup::wire::kNotifyTextBytes + 3);
  CHECK(!message->more_time ||
        (*message->more_time >= sup::Duration{0} && *message->more_time <= std::chrono::hours{366 * 24}));
  return 0;
}
