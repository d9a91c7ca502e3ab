// The files of a log under any bytes, read backwards and then forwards: each line once, in the order in which it is
// there, however large the blocks are that are read. The first byte is the size of a block, the second says where the
// log was rotated; the rest is what stands in its two files.
#include "log/old_lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "base/check.hpp"
#include "sys/log_directory.hpp"

namespace {

using namespace sup::log;

// A folder for this process alone, which goes with it.
struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "old_lines.XXXXXX";
    CHECK(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

void fill(const std::string& path, std::string_view bytes) {
  const sup::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  CHECK(file.is_open() && ::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

void add_lines(std::vector<std::string>& lines, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = std::min(bytes.find('\n'), bytes.size());
    lines.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length + 1, bytes.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  static const std::string kOld = "x.log.20261129T012802.123456Z";
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t seam = bytes.size() * data[1] / 255;
  fill(folder.path + "/" + kOld, bytes.substr(0, seam));
  fill(folder.path + "/x.log", bytes.substr(seam));
  std::vector<std::string> expected;
  add_lines(expected, bytes.substr(0, seam));
  add_lines(expected, bytes.substr(seam));

  const auto directory = sup::sys::LogDirectory::open(folder.path);
  CHECK(directory.has_value());
  std::vector<OldFile> files;
  files.emplace_back(*directory, kOld, false);
  files.emplace_back(*directory, "x.log", true);
  for (OldFile& file : files) CHECK(file.look().has_value());
  const OldLog log{.service = {}, .name = "x", .path = folder.path + "/x.log"};
  const OldWanted wanted;
  OldLines lines(log, wanted, std::move(files), data[0] + std::size_t{1});
  CHECK(lines.open().has_value());
  std::vector<std::string> back, forth;
  while (true) {
    auto line = lines.previous();
    CHECK(line.has_value());
    if (!*line) break;
    lines.begin_here();
    back.push_back((*line)->line.bytes);
  }
  std::ranges::reverse(back);
  CHECK(back == expected);
  while (true) {
    auto line = lines.next();
    CHECK(line.has_value());
    if (!*line) break;
    forth.push_back((*line)->line.bytes);
  }
  CHECK(forth == expected);
  return 0;
}
