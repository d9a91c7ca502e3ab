#include "log/gzip.hpp"

#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>

namespace sup::log {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr int kWindow = MAX_WBITS + 16;  // With the head and the tail of gzip.
constexpr int kMemory = 8;

Result<> write_all(const UniqueFd& to, std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail_errno(written < 0 ? errno : ENOSPC, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// One stream, and the room that it works in.
class Stream {
 public:
  Stream() {
    is_good_ = ::deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Stream() {
    if (is_good_) (void)::deflateEnd(&z_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] bool is_good() const { return is_good_; }
  // No bytes: the end.
  Result<> put(std::span<unsigned char> bytes, const UniqueFd& to) {
    z_.next_in = bytes.data();
    z_.avail_in = static_cast<uInt>(bytes.size());
    do {
      z_.next_out = out_.data();
      z_.avail_out = static_cast<uInt>(out_.size());
      (void)::deflate(&z_, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
      TRY(write_all(to, std::span(out_).first(out_.size() - z_.avail_out)));
    } while (z_.avail_out == 0);
    return {};
  }

 private:
  z_stream z_{};
  bool is_good_ = false;
  std::array<unsigned char, kPiece> out_{};
};

}  // namespace

Result<> gzip(const UniqueFd& from, const UniqueFd& to, const std::function<bool()>& is_ending) {
  const auto stream = std::make_unique<Stream>();
  if (!stream->is_good()) return fail(Errc::sys, "out of memory");
  const auto buffer = std::make_unique<std::array<unsigned char, kPiece>>();
  while (true) {
    if (is_ending()) return fail(Errc::limit, "supervisord ends");
    const ssize_t got = ::read(from.get(), buffer->data(), buffer->size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "cannot read");
    TRY(stream->put(std::span(*buffer).first(static_cast<std::size_t>(got)), to));
    if (got == 0) break;
  }
  if (::fsync(to.get()) != 0) return fail_errno(errno, "cannot flush");
  return {};
}

namespace {

// The other way.
class Unpacker {
 public:
  Unpacker() { is_good_ = ::inflateInit2(&z_, kWindow) == Z_OK; }
  ~Unpacker() {
    if (is_good_) (void)::inflateEnd(&z_);
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const { return is_at_end_; }
  Result<> put(std::span<unsigned char> bytes, const UniqueFd& to) {
    z_.next_in = bytes.data();
    z_.avail_in = static_cast<uInt>(bytes.size());
    do {
      z_.next_out = out_.data();
      z_.avail_out = static_cast<uInt>(out_.size());
      const int done = ::inflate(&z_, Z_NO_FLUSH);
      if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR) return fail(Errc::invalid, "it is damaged");
      TRY(write_all(to, std::span(out_).first(out_.size() - z_.avail_out)));
      is_at_end_ = done == Z_STREAM_END;
    } while (!is_at_end_ && z_.avail_out == 0);
    return {};
  }

 private:
  z_stream z_{};
  bool is_good_ = false;
  bool is_at_end_ = false;
  std::array<unsigned char, kPiece> out_{};
};

}  // namespace

Result<std::uint64_t> gunzip(const UniqueFd& from, const UniqueFd& to) {
  const auto stream = std::make_unique<Unpacker>();
  if (!stream->is_good()) return fail(Errc::sys, "out of memory");
  const auto buffer = std::make_unique<std::array<unsigned char, kPiece>>();
  std::uint64_t total = 0;
  while (!stream->is_at_end()) {
    const ssize_t got = ::read(from.get(), buffer->data(), buffer->size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "cannot read");
    if (got == 0) return fail(Errc::invalid, "it ends too early");
    total += static_cast<std::uint64_t>(got);
    TRY(stream->put(std::span(*buffer).first(static_cast<std::size_t>(got)), to));
  }
  return total;
}

}  // namespace sup::log
