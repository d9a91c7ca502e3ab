// A client that asks the same question again and again: call SOCKET MESSAGE open|each COUNT
// Sends MESSAGE with the NUL byte that ends a varlink message, and reads until the NUL of the answer. "open" asks on
// one connection, "each" connects anew. Prints the median in nanoseconds; COUNT 0: asks once and prints the answer (as
// a bare `ctl`).
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

static int connected(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) exit(2);
  strcpy(address.sun_path, path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) die(path);
  return fd;
}

static char answer[1 << 20];

// The length of the answer without its NUL.
static size_t ask(int fd, const char* message, size_t length) {
  if (write(fd, message, length) != (ssize_t)length) die("write");
  size_t filled = 0;
  do {
    const ssize_t got = read(fd, answer + filled, sizeof answer - filled);
    if (got <= 0) die("read");
    filled += (size_t)got;
  } while (answer[filled - 1] != '\0');
  return filled - 1;
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const size_t length = strlen(argv[2]) + 1;
  const int is_each = strcmp(argv[3], "each") == 0, count = atoi(argv[4]);
  int fd = is_each ? -1 : connected(argv[1]);
  if (count == 0) {
    const size_t got = ask(fd < 0 ? connected(argv[1]) : fd, argv[2], length);
    return fwrite(answer, 1, got, stdout) == got && putchar('\n') == '\n' ? 0 : 1;
  }
  int64_t* times = calloc((size_t)count, sizeof *times);
  if (times == NULL) die("calloc");
  for (int i = 0; i < count; ++i) {
    const int64_t begin = now_ns();
    if (is_each) fd = connected(argv[1]);
    ask(fd, argv[2], length);
    if (is_each) close(fd);
    times[i] = now_ns() - begin;
  }
  printf("%lld\n", (long long)median(times, count));
  return 0;
}
