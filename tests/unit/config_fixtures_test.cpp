// Every folder of fixtures/broken must be refused with exactly the headlines in its file `expected`; every folder of
// fixtures/good must load without a word. A line of `expected` that ends in "..." is a beginning: the TOML library
// words its syntax errors itself.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/load.hpp"

#include "catch.hpp"

namespace fs = std::filesystem;
using namespace sup;

namespace {

std::vector<fs::path> folders_of(const char* name) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(fs::path(SUP_SOURCE_DIR) / "tests/fixtures" / name))
    out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::string> test_environment(std::string_view name) {
  if (name == "HOME") return "/home/nobody";
  if (name == "PATH") return "/usr/bin:/bin";
  return std::nullopt;
}

Loaded load_folder(const fs::path& folder) {
  LoadOptions options;
  options.who = {1000, test_environment};
  const std::vector<std::string> paths = {folder.string()};
  return load(paths, options);
}

std::string without_folder(std::string text, const fs::path& folder) {
  const std::string prefix = folder.string() + "/";
  for (std::size_t at = text.find(prefix); at != text.npos; at = text.find(prefix)) text.erase(at, prefix.size());
  return text;
}

bool matches(const std::string& expected, const std::string& actual) {
  if (!expected.ends_with("...")) return expected == actual;
  return actual.starts_with(std::string_view(expected).substr(0, expected.size() - 3));
}

}  // namespace

TEST_CASE("broken configurations are refused with all their errors") {
  const std::vector<fs::path> folders = folders_of("broken");
  REQUIRE(folders.size() >= 30);
  for (const fs::path& folder : folders) {
    INFO(folder.filename().string());
    const Loaded loaded = load_folder(folder);
    std::ifstream file(folder / "expected");
    std::vector<std::string> expected;
    for (std::string line; std::getline(file, line);) expected.push_back(line);
    const bool only_warnings = folder.filename().string().ends_with("warnings-only");
    REQUIRE(loaded.has_errors == !only_warnings);
    REQUIRE(loaded.diagnostics.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::string actual = without_folder(render_headline(loaded.diagnostics[i]), folder);
      INFO(actual << "\n  where expected is\n" << expected[i]);
      REQUIRE(matches(expected[i], actual));
    }
  }
}

TEST_CASE("good configurations load without a word") {
  for (const fs::path& folder : folders_of("good")) {
    INFO(folder.filename().string());
    const Loaded loaded = load_folder(folder);
    INFO(render_all(loaded));
    REQUIRE(loaded.diagnostics.empty());
    REQUIRE_FALSE(loaded.has_errors);
    REQUIRE_FALSE(loaded.set.services.empty());
  }
}
