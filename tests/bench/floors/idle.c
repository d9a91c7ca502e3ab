// A service that does nothing: idle [FILE]. Its first act is to append a Stamp to FILE, then it waits for a signal.
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  const struct Stamp stamp = {now_ns(), getpid()};
  if (argc > 1) {
    const int file = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0 || write(file, &stamp, sizeof stamp) != (ssize_t)sizeof stamp) return 1;
    close(file);
  }
  for (;;) pause();
}
