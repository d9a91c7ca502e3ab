// Old log files are compressed, and all files together are bounded.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "log/packer.hpp"
#include "log/rotation.hpp"
#include "log_bench.hpp"

using namespace sup;
using namespace sup::log_test;
using log::Packing;
using log::Rotation;

namespace {

std::vector<std::string> names_in(const TempDir& dir) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(dir.file(""))) out.push_back(entry.path().filename());
  std::ranges::sort(out);
  return out;
}

std::string gunzipped(const std::string& path) {
  std::string out;
  const gzFile file = ::gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::array<char, 4096> buffer{};
  int got = 0;
  while ((got = ::gzread(file, buffer.data(), buffer.size())) > 0)
    out.append(buffer.data(), static_cast<std::size_t>(got));
  REQUIRE(::gzclose(file) == Z_OK);
  REQUIRE(got == 0);
  return out;
}

std::string unpacked(const std::string& path) {
  if (path.ends_with(".gz")) return gunzipped(path);
  const UniqueFd from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const TempDir dir;
  const UniqueFd to = open_append(dir.file("out"));
  REQUIRE(log::unpack(Packing::zstd, from, to).has_value());
  return content(dir.file("out"));
}

std::string packed(Packing packing, const std::string& text) {
  const TempDir dir;
  std::ofstream(dir.file("plain")) << text;
  const UniqueFd from(::open(dir.file("plain").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd to = open_append(dir.file("packed"));
  REQUIRE(log::pack(packing, from, to, [] { return false; }).has_value());
  return content(dir.file("packed"));
}

// What it holds, or why it cannot be told.
Result<std::string> unpacking(Packing packing, const std::string& bytes) {
  const TempDir dir;
  std::ofstream(dir.file("packed")) << bytes;
  const UniqueFd from(::open(dir.file("packed").c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd to = open_append(dir.file("out"));
  const auto done = log::unpack(packing, from, to);
  if (!done) return std::unexpected(done.error());
  return content(dir.file("out"));
}

// As zstd --long would.
std::string packed_for_much_memory(const std::string& text) {
  ZSTD_CCtx* const context = ::ZSTD_createCCtx();
  (void)::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 26);
  (void)::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  REQUIRE(::ZSTD_compressStream2(context, &to, &in, ZSTD_e_continue) < (1U << 30));  // Does not know how much comes.
  REQUIRE(::ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) == 0);
  (void)::ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

FileDestination rotated(const std::string& path, Rotation rotation) {
  return {.file = open_append(path), .path = path, .rotation = rotation};
}

std::uint64_t bytes_in(const TempDir& dir) {
  std::uint64_t out = 0;
  for (const std::string& name : names_in(dir)) {
    struct stat facts{};
    if (::stat(dir.file(name).c_str(), &facts) == 0) out += static_cast<std::uint64_t>(facts.st_blocks) * 512;
  }
  return out;
}

}  // namespace

TEST_CASE("log: rotated files are compressed, and what they hold is the same") {
  const Packing packing = GENERATE(Packing::gzip, Packing::zstd);
  const std::string end = std::string("Z") + std::string(log::end_of(packing));
  const TempDir dir;
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.max_size = 100'000, .packing = packing}));
  const std::string text = numbered("line", 1, 50'000);
  write_all(out, text);
  REQUIRE(wait_for_lines(*thread, 1, 50'000));
  REQUIRE(eventually([&] {
    const auto names = names_in(dir);
    return names.size() > 5 &&
           std::ranges::all_of(names, [&](const std::string& name) { return name == "a.log" || name.ends_with(end); });
  }));
  std::string all;
  for (const std::string& name : names_in(dir))
    if (name != "a.log") all += unpacked(dir.file(name));
  REQUIRE(all + content(dir.file("a.log")) == text);
}

TEST_CASE("log: what a killed life has left half compressed is done anew, and what it had done is kept") {
  const TempDir dir;
  const std::string first = "a.log.20260101T000000.000000Z";
  const std::string second = "a.log.20260102T000000.000000Z";
  std::ofstream(dir.file(first)) << "first\n";
  std::ofstream(dir.file(first + ".gz.part")) << "half";
  std::ofstream(dir.file(first + ".zst.part")) << "half, otherwise";
  std::ofstream(dir.file(second)) << "second\n";
  std::ofstream(dir.file("b.log.20260102T000000.000000Z.gz.part")) << "another log's";
  std::ofstream(dir.file("a.log.gz.part")) << "a user's";
  {
    const UniqueFd from(::open(dir.file(second).c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd to = open_append(dir.file(second + ".gz"));
    REQUIRE(log::pack(Packing::gzip, from, to, [] { return false; }).has_value());
  }
  const std::string done = content(dir.file(second + ".gz"));
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.packing = Packing::gzip}));
  const std::vector<std::string> wanted = {"a.log", first + ".gz", second + ".gz", "a.log.gz.part",
                                           "b.log.20260102T000000.000000Z.gz.part"};
  REQUIRE(eventually([&] { return names_in(dir) == wanted; }));
  REQUIRE(unpacked(dir.file(first + ".gz")) == "first\n");
  REQUIRE(content(dir.file(second + ".gz")) == done);
}

TEST_CASE("log: what was compressed otherwise before stays as it is") {
  const TempDir dir;
  const std::string first = "a.log.20260101T000000.000000Z";
  const std::string second = "a.log.20260102T000000.000000Z";
  const std::string before = packed(Packing::gzip, "first\n");
  std::ofstream(dir.file(first)) << "first\n";
  std::ofstream(dir.file(first + ".gz")) << before;
  std::ofstream(dir.file(second)) << "second\n";
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.packing = Packing::zstd}));
  const std::vector<std::string> wanted = {"a.log", first + ".gz", second + ".zst"};
  REQUIRE(eventually([&] { return names_in(dir) == wanted; }));
  REQUIRE(content(dir.file(first + ".gz")) == before);
  REQUIRE(unpacked(dir.file(second + ".zst")) == "second\n");
}

TEST_CASE("log: what is compressed comes back as it was, whatever its size") {
  const Packing packing = GENERATE(Packing::gzip, Packing::zstd);
  for (const std::size_t size : {0UL, 1UL, log::kPackedPiece - 1, log::kPackedPiece, 10 * log::kPackedPiece + 1}) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += static_cast<char>((i * i) >> (i % 13));
    REQUIRE(unpacking(packing, packed(packing, text)) == text);
    REQUIRE(unpacking(packing, packed(packing, std::string(size * 20, 'a'))) == std::string(size * 20, 'a'));
  }
}

TEST_CASE("log: a compressed file that is damaged or cut short is told") {
  const Packing packing = GENERATE(Packing::gzip, Packing::zstd);
  const std::string whole = packed(packing, numbered("line", 1, 2'000));
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 50) {
    const auto got = unpacking(packing, whole.substr(0, size));
    REQUIRE(!got);
    REQUIRE(got.error().code == Errc::invalid);
  }
  for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 2}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto got = unpacking(packing, damaged);
    REQUIRE(!got);
    REQUIRE(got.error().code == Errc::invalid);
  }
  REQUIRE(!unpacking(packing, numbered("no such format", 1, 100)));
}

TEST_CASE("log: a compressed file cannot demand much memory of who reads it") {
  const std::string text = numbered("line", 1, 200'000);
  const auto got = unpacking(Packing::zstd, packed_for_much_memory(text));
  REQUIRE(!got);
  REQUIRE(got.error().what.find("too much memory") != std::string::npos);
}

TEST_CASE("log: a compressed file has the owner and the mode of the other") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: needs root");
    return;
  }
  const TempDir dir;
  const std::string old = dir.file("a.log.20260101T000000.000000Z");
  std::ofstream(old) << "old\n";
  REQUIRE(::chown(old.c_str(), 65534, 65534) == 0);
  REQUIRE(::chmod(old.c_str(), 0604) == 0);
  auto thread = start();
  const UniqueFd out = attach(*thread, 1, rotated(dir.file("a.log"), {.packing = Packing::gzip}));
  REQUIRE(eventually([&] { return std::filesystem::exists(old + ".gz") && !std::filesystem::exists(old); }));
  struct stat facts{};
  REQUIRE(::stat((old + ".gz").c_str(), &facts) == 0);
  REQUIRE(facts.st_uid == 65534);
  REQUIRE((facts.st_mode & 0777) == (0604 & ~022));
}

TEST_CASE("log: all files together are bounded, and the oldest go first, whosever they are") {
  const TempDir dir;
  auto thread = start({.max_total = 2 << 20});
  const UniqueFd a = attach(*thread, 1, rotated(dir.file("a.log"), {.max_size = 200'000}));
  const UniqueFd b = attach(*thread, 2, rotated(dir.file("b.log"), {.max_size = 200'000}));
  std::ofstream(dir.file("c.log.20200101T000000.000000Z")) << "no log of ours\n";
  write_all(a, numbered("line", 1, 100'000));
  REQUIRE(wait_for_lines(*thread, 1, 100'000));
  std::string last_of_a;
  for (const std::string& name : names_in(dir))
    if (name.starts_with("a.log.2")) last_of_a = name;
  std::uint64_t most = 0;
  for (int i = 0; i < 40; ++i) {
    write_all(b, numbered("line", 1, 5'000));
    REQUIRE(wait_for_lines(*thread, 2, static_cast<std::uint64_t>(i + 1) * 5'000));
    most = std::max(most, bytes_in(dir));
  }
  REQUIRE(most <= (2 << 20) + 4096);
  REQUIRE(most > (1 << 20));
  REQUIRE_FALSE(std::filesystem::exists(dir.file(last_of_a)));
  REQUIRE(std::filesystem::exists(dir.file("a.log")));
  REQUIRE(std::filesystem::exists(dir.file("c.log.20200101T000000.000000Z")));
}
