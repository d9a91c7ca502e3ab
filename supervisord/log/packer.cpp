#include "log/packer.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace sup::log {
namespace {

struct Format {
  std::unique_ptr<Packer> (*packer)();
  std::unique_ptr<Unpacker> (*unpacker)();
};
constexpr std::array kFormats = {Format{gzip_packer, gzip_unpacker}, Format{zstd_packer, zstd_unpacker}};
static_assert(kFormats.size() == kPackingEnds.size());

const Format& format_of(Packing packing) { return kFormats[static_cast<std::size_t>(packing)]; }

Result<> write_all(const UniqueFd& to, std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail_errno(written < 0 ? errno : ENOSPC, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// The next bytes; none at the end.
Result<std::span<unsigned char>> read_piece(const UniqueFd& from, std::span<unsigned char> into) {
  ssize_t got = -1;
  do got = ::read(from.get(), into.data(), into.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail_errno(errno, "cannot read");
  return into.first(static_cast<std::size_t>(got));
}

}  // namespace

Result<> pack(Packing packing, const UniqueFd& from, const UniqueFd& to, const std::function<bool()>& is_ending) {
  const auto packer = format_of(packing).packer();
  if (packer == nullptr) return fail(Errc::sys, "out of memory");
  const auto give = [&](std::span<const unsigned char> bytes) { return write_all(to, bytes); };
  std::vector<unsigned char> buffer(kPackedPiece);
  for (bool is_at_end = false; !is_at_end;) {
    if (is_ending()) return fail(Errc::limit, "supervisord ends");
    const auto piece = TRY(read_piece(from, buffer));
    TRY(packer->put(piece, give));
    is_at_end = piece.empty();
  }
  if (::fsync(to.get()) != 0) return fail_errno(errno, "cannot flush");
  return {};
}

Result<std::uint64_t> unpack(Packing packing, const UniqueFd& from, const UniqueFd& to) {
  const auto unpacker = format_of(packing).unpacker();
  if (unpacker == nullptr) return fail(Errc::sys, "out of memory");
  const auto give = [&](std::span<const unsigned char> bytes) { return write_all(to, bytes); };
  std::vector<unsigned char> buffer(kPackedPiece);
  std::uint64_t total = 0;
  while (!unpacker->is_at_end()) {
    const auto piece = TRY(read_piece(from, buffer));
    if (piece.empty()) return fail(Errc::invalid, "it ends too early");
    total += piece.size();
    TRY(unpacker->put(piece, give));
  }
  return total;
}

}  // namespace sup::log
