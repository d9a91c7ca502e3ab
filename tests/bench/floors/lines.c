// A service that writes numbered lines of 100 bytes: lines COUNT SIZE
// Each write(2) has SIZE bytes: 100 for line by line, 65500 for blocks of about 64 KiB.
#define _GNU_SOURCE
#include <string.h>

#include "bench.h"

enum { kLine = 100, kMost = 65500 };

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const long count = atol(argv[1]);
  const size_t size = (size_t)atol(argv[2]);
  if (size % kLine != 0 || size > kMost) return 2;
  static char block[kMost + 1];
  for (long number = 0; number < count;) {
    size_t used = 0;
    for (; used < size && number < count; ++number, used += kLine) {
      char* line = block + used;
      memset(line, 'x', kLine - 1);
      line[0] = '#';
      long rest = number;
      for (int digit = 12; digit > 0; --digit, rest /= 10) line[digit] = (char)('0' + rest % 10);
      line[13] = '#';
      line[kLine - 1] = '\n';
    }
    for (size_t done = 0; done < used;) {
      const ssize_t written = write(1, block + done, used - done);
      if (written <= 0) die("write");
      done += (size_t)written;
    }
  }
  return 0;
}
