// The format of gzip(1).
#include <zlib.h>

#include <array>

#include "log/packer.hpp"

namespace sup::log {
namespace {

constexpr int kWindow = MAX_WBITS + 16;  // With the head and the tail of gzip.
constexpr int kMemory = 8;

class GzipPacker : public Packer {
 public:
  GzipPacker() {
    is_good_ = ::deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipPacker() override {
    if (is_good_) (void)::deflateEnd(&z_);
  }
  GzipPacker(const GzipPacker&) = delete;
  GzipPacker& operator=(const GzipPacker&) = delete;

  [[nodiscard]] bool is_good() const { return is_good_; }
  Result<> put(std::span<unsigned char> bytes, const Give& give) override {
    z_.next_in = bytes.data();
    z_.avail_in = static_cast<uInt>(bytes.size());
    do {
      z_.next_out = out_.data();
      z_.avail_out = static_cast<uInt>(out_.size());
      (void)::deflate(&z_, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
      TRY(give(std::span(out_).first(out_.size() - z_.avail_out)));
    } while (z_.avail_out == 0);
    return {};
  }

 private:
  z_stream z_{};
  bool is_good_ = false;
  std::array<unsigned char, kPackedPiece> out_{};
};

class GzipUnpacker : public Unpacker {
 public:
  GzipUnpacker() { is_good_ = ::inflateInit2(&z_, kWindow) == Z_OK; }
  ~GzipUnpacker() override {
    if (is_good_) (void)::inflateEnd(&z_);
  }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const override { return is_at_end_; }
  Result<> put(std::span<unsigned char> bytes, const Packer::Give& give) override {
    z_.next_in = bytes.data();
    z_.avail_in = static_cast<uInt>(bytes.size());
    do {
      z_.next_out = out_.data();
      z_.avail_out = static_cast<uInt>(out_.size());
      const int done = ::inflate(&z_, Z_NO_FLUSH);
      if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR) return fail(Errc::invalid, "it is damaged");
      TRY(give(std::span(out_).first(out_.size() - z_.avail_out)));
      is_at_end_ = done == Z_STREAM_END;
    } while (!is_at_end_ && z_.avail_out == 0);
    return {};
  }

 private:
  z_stream z_{};
  bool is_good_ = false;
  bool is_at_end_ = false;
  std::array<unsigned char, kPackedPiece> out_{};
};

}  // namespace

std::unique_ptr<Packer> gzip_packer() { return if_good<GzipPacker>(); }
std::unique_ptr<Unpacker> gzip_unpacker() { return if_good<GzipUnpacker>(); }

}  // namespace sup::log
