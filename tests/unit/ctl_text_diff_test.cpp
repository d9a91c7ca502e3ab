#include "ctl/text_diff.hpp"

#include <string>

#include "catch.hpp"

using sup::ctl::unified_diff;

TEST_CASE("equal texts have no difference", "[ctl][diff]") {
  REQUIRE(unified_diff("a\nb\n", "a\nb\n", "f") == "");
  REQUIRE(unified_diff("", "", "f") == "");
}

TEST_CASE("a difference has three lines of context, and counts as diff -u does", "[ctl][diff]") {
  REQUIRE(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "f") ==
          "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  REQUIRE(unified_diff("", "a\n", "f") == "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
  REQUIRE(unified_diff("a\n", "", "f") == "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n");
}

TEST_CASE("differences far from each other are told apart", "[ctl][diff]") {
  std::string before, after;
  for (int i = 0; i < 20; ++i) before += std::to_string(i) + "\n";
  after = before;
  after.replace(0, 2, "zero\n");
  after.insert(after.size() - 3, "new\n");
  const std::string diff = unified_diff(before, after, "f");
  REQUIRE(diff.find("@@ -1,4 +1,4 @@\n-0\n+zero\n 1\n") != diff.npos);
  REQUIRE(diff.find("@@ -17,4 +17,5 @@\n 16\n 17\n 18\n+new\n 19\n") != diff.npos);
}

TEST_CASE("a last line without an end is said to be one", "[ctl][diff]") {
  REQUIRE(unified_diff("a", "a\n", "f") == "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}
