// How long a whole process takes: lap COUNT PROGRAM [ARG...]
// Runs it COUNT times with its output thrown away; prints the median from vfork to the end in nanoseconds. Any end but
// exit code 0 is an error.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int count = atoi(argv[1]), null = open("/dev/null", O_RDWR | O_CLOEXEC), out = dup(1);
  int64_t* times = calloc((size_t)count, sizeof *times);
  if (times == NULL || null < 0 || dup2(null, 1) < 0) die("lap");
  fcntl(out, F_SETFD, FD_CLOEXEC);
  for (int i = 0; i < count; ++i) {
    const int64_t begin = now_ns();
    const pid_t pid = start(argv + 2);
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0) {
      fprintf(stderr, "lap: %s ended with status %#x\n", argv[2], (unsigned)status);
      return 1;
    }
    times[i] = now_ns() - begin;
  }
  dprintf(out, "%lld\n", (long long)median(times, count));
  return 0;
}
