// A service that writes when it is: ticks INTERVAL_US
// Each interval one line with the monotonic time in nanoseconds, which is what a reader compares its own with.
#define _GNU_SOURCE
#include "bench.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const long interval = atol(argv[1]) * 1000;
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    next.tv_nsec += interval;
    next.tv_sec += next.tv_nsec / 1000000000;
    next.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    char line[32];
    const int size = snprintf(line, sizeof line, "%020lld\n", (long long)now_ns());
    if (write(1, line, (size_t)size) != size) die("write");
  }
}
