// The format of zstd(1), RFC 8878: one frame, with a checksum of its content.
#include <zstd.h>

#include <array>

#include "log/packer.hpp"

namespace sup::log {
namespace {

// Of the library; what it needs for that is about 3 MB, for as long as there is something to compress.
constexpr int kLevel = ZSTD_CLEVEL_DEFAULT;
// A file says how much memory it wants to be read with; ours say 2 MiB. What asks for more than 8 MiB (zstd --ultra,
// --long) is refused.
constexpr int kWindowLogMost = 23;

class ZstdPacker : public Packer {
 public:
  ZstdPacker() {
    is_good_ = context_ != nullptr &&
               ::ZSTD_isError(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel)) == 0 &&
               ::ZSTD_isError(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1)) == 0;
  }

  [[nodiscard]] bool is_good() const { return is_good_; }
  Result<> put(std::span<unsigned char> bytes, const Give& give) override {
    const auto mode = bytes.empty() ? ZSTD_e_end : ZSTD_e_continue;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const std::size_t left = ::ZSTD_compressStream2(context_.get(), &out, &in, mode);
      if (::ZSTD_isError(left) != 0) return fail(Errc::sys, ::ZSTD_getErrorName(left));  // Of memory, if anything.
      TRY(give(std::span(out_).first(out.pos)));
      if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { (void)::ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_{::ZSTD_createCCtx()};
  bool is_good_ = false;
  std::array<unsigned char, kPackedPiece> out_{};
};

class ZstdUnpacker : public Unpacker {
 public:
  ZstdUnpacker() {
    is_good_ = context_ != nullptr &&
               ::ZSTD_isError(::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLogMost)) == 0;
  }

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const override { return is_at_end_; }
  Result<> put(std::span<unsigned char> bytes, const Packer::Give& give) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool is_full = true;  // There may be more to be given of what was put.
    while (!is_at_end_ && (in.pos < in.size || is_full)) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const std::size_t hint = ::ZSTD_decompressStream(context_.get(), &out, &in);
      if (::ZSTD_isError(hint) != 0)
        return fail(Errc::invalid, std::string("it is damaged: ") + ::ZSTD_getErrorName(hint));
      TRY(give(std::span(out_).first(out.pos)));
      is_at_end_ = hint == 0;
      is_full = out.pos == out.size;
    }
    return {};
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { (void)::ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
  bool is_good_ = false;
  bool is_at_end_ = false;
  std::array<unsigned char, kPackedPiece> out_{};
};

}  // namespace

std::unique_ptr<Packer> zstd_packer() { return if_good<ZstdPacker>(); }
std::unique_ptr<Unpacker> zstd_unpacker() { return if_good<ZstdUnpacker>(); }

}  // namespace sup::log
