// Records that another life has left, whatever is in them.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "record/bytes.hpp"
#include "record/store.hpp"

namespace {

void read_bytes(std::string_view bytes) {
  sup::record::Reader reader(bytes);
  while (!reader.is_at_end() && !reader.is_broken()) {
    (void)reader.number();
    (void)reader.text();
    (void)reader.signed_number();
  }
}

sup::UniqueFd sealed(std::string_view bytes) {
  sup::UniqueFd file(::memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const auto size = static_cast<ssize_t>(bytes.size());
  if (::write(file.get(), bytes.data(), bytes.size()) != size) std::abort();
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) std::abort();
  return file;
}

// Records as they are, to be damaged: random bytes would not get past the first line.
const std::string& whole_store() {
  static const std::string bytes = [] {
    auto store = sup::record::Store::create();
    if (!store) std::abort();
    for (std::uint64_t id = 0; id < 20; ++id)
      if (!store->put({1, id}, std::string(id * 20, 'x'))) std::abort();
    store->commit();
    std::string out(8192, '\0');
    if (::pread(store->file().get(), out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) std::abort();
    return out;
  }();
  return bytes;
}

// Three bytes are one change: where, and what is there then.
std::string damaged(std::string_view changes) {
  std::string out = whole_store();
  for (; changes.size() >= 3; changes.remove_prefix(3)) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(changes[at]); };
    out[(byte(0) * 256U + byte(1)) % out.size()] = changes[2];
  }
  return out;
}

void open_store(std::string_view bytes) {
  auto store = sup::record::Store::open(sealed(bytes));
  if (!store) return;
  std::size_t total = 0;
  store->for_each([&](const sup::record::Key&, std::string_view record) { total += record.size(); });
  if (total > bytes.size()) std::abort();
  // It can be gone on with.
  if (!store->put({1, 1}, "new")) return;
  store->commit();
  if (store->find({1, 1}) != "new") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  read_bytes(bytes);
  open_store(bytes);
  open_store(damaged(bytes));
  return 0;
}
