// Compression, in pieces: a file of any size costs the same memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/result.hpp"
#include "log/packing.hpp"
#include "sys/unique_fd.hpp"

namespace sup::log {

// Reads `from` to its end and writes it to `to`, compressed, flushed to the disk. Errors: sys; limit if is_ending() has
// become true meanwhile.
[[nodiscard]] Result<> pack(Packing packing, const UniqueFd& from, const UniqueFd& to,
                            const std::function<bool()>& is_ending);

// The inverse: what is returned is how much was read. Errors: sys; invalid if it is not of that format, or not whole.
[[nodiscard]] Result<std::uint64_t> unpack(Packing packing, const UniqueFd& from, const UniqueFd& to);

// One stream of a format, which takes and gives bytes as they come.
class Packer {
 public:
  using Give = std::function<Result<>(std::span<const unsigned char>)>;
  virtual ~Packer() = default;
  // No bytes: the end.
  [[nodiscard]] virtual Result<> put(std::span<unsigned char> bytes, const Give& give) = 0;
};
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  // Errors: invalid (they are none of this format), and those of `give`.
  [[nodiscard]] virtual Result<> put(std::span<unsigned char> bytes, const Packer::Give& give) = 0;
  // All of it has come; what follows is not looked at.
  [[nodiscard]] virtual bool is_at_end() const = 0;
};

// Null: there is no memory for it.
[[nodiscard]] std::unique_ptr<Packer> gzip_packer();
[[nodiscard]] std::unique_ptr<Unpacker> gzip_unpacker();
[[nodiscard]] std::unique_ptr<Packer> zstd_packer();
[[nodiscard]] std::unique_ptr<Unpacker> zstd_unpacker();

// Null if it is not.
template <class T>
[[nodiscard]] std::unique_ptr<T> if_good() {
  auto made = std::make_unique<T>();
  return made->is_good() ? std::move(made) : nullptr;
}

// What is read, and given, at once.
inline constexpr std::size_t kPackedPiece = std::size_t{64} << 10;

}  // namespace sup::log
