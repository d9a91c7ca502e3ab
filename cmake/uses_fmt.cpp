// A program that links only if compiled_fmt.cpp has all that fmt's headers leave to the library.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <locale>
#include <vector>

int main(int count, char** words) {
  const std::vector<double> numbers(static_cast<std::size_t>(count), 1.5);
  const std::string text =
      fmt::format("{:>{}} {:.2f} {} {} {:#x} {}", words[0], count, numbers[0], 1.5F, count, 7U, numbers) +
      fmt::format(std::locale(), "{:L} {:Lf}", count, numbers[0]);
  return text.empty() ? 1 : 0;
}
