// Fuzzes what a client can send: framing, then each message as a call; and what a daemon can send, as a reply.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "wire/interface.hpp"
#include "wire/varlink.hpp"

using namespace sup::wire;

namespace {

// A call that was accepted is encoded and read again as the same call.
void check_call(std::string_view message) {
  const auto call = parse_call(message);
  if (!call) {
    CHECK(call.error().then == CallFailure::Then::hang_up || call.error().reply.empty() ||
          call.error().reply.ends_with('\0'));
    return;
  }
  if (call->kind != CallKind::command) {
    CHECK(!answer_service_call(*call, {"0"}).empty());
    return;
  }
  std::string again = encode_call(*call->row, call->arguments, call->more ? More::yes : More::no);
  again.pop_back();
  const auto second = parse_call(again);
  CHECK(second && second->arguments.all().size() == call->arguments.all().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  MessageSplitter splitter(4096);
  for (const std::string_view part : {bytes.substr(0, cut), bytes.substr(cut)}) {
    splitter.feed(part);
    while (true) {
      const auto message = splitter.next();
      if (!message) return 0;
      if (!*message) break;
      check_call(**message);
      (void)parse_reply<StatusReply>(**message);  // Whether it is one does not matter, only that nothing breaks.
      (void)parse_reply<ShowReply>(**message);
    }
  }
  return 0;
}
