// Whether each file has all the lines of floors/lines.c, each once and in order, whatever stands around them:
// verify COUNT FILE...      Prints nothing; fails at the first line that is missing, doubled or torn.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench.h"

static void check(const char* path, long count) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) die(path);
  const char* all = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (all == MAP_FAILED) die(path);
  char tail[85];
  memset(tail, 'x', sizeof tail);
  const char *at = all, *end = all + status.st_size;
  for (long number = 0; number < count; ++number) {
    const char* stop = memchr(at, '\n', (size_t)(end - at));
    const char* mark = stop == NULL ? NULL : memchr(at, '#', (size_t)(stop - at));
    char digits[32];
    snprintf(digits, sizeof digits, "#%012ld#", number);
    if (mark == NULL || stop - mark < 14 + (long)sizeof tail || memcmp(mark, digits, 14) != 0 ||
        memcmp(mark + 14, tail, sizeof tail) != 0) {
      fprintf(stderr, "%s: line %ld is missing, doubled or torn\n", path, number);
      exit(1);
    }
    at = stop + 1;
  }
  if (at != end) die("there are more lines");
  munmap((void*)all, (size_t)status.st_size);
  close(fd);
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  for (int i = 2; i < argc; ++i) check(argv[i], atol(argv[1]));
  return 0;
}
