// The least that starting and stopping N services can cost: tree N PROGRAM FILE
// Starts them by a bare vfork and exec loop, waits until all have stamped FILE, then signals each by pidfd and waits
// for each. Prints "START_NS STOP_NS": from the first vfork to the last stamp is for the reader of FILE to say, so
// START_NS is when the loop began (CLOCK_MONOTONIC); STOP_NS is how long the stop took.
#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static void wait_for_stamps(const char* file, int count) {
  const struct timespec pause_ns = {0, 200000};
  struct stat status;
  do {
    nanosleep(&pause_ns, NULL);
    if (stat(file, &status) != 0) die(file);
  } while (status.st_size < (off_t)sizeof(struct Stamp) * count);
}

static void stop_all(int count, const int* pidfds) {
  for (int i = 0; i < count; ++i)
    if (syscall(SYS_pidfd_send_signal, pidfds[i], SIGTERM, NULL, 0) != 0) die("pidfd_send_signal");
  for (int i = 0; i < count; ++i) {
    siginfo_t info;
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfds[i], &info, WEXITED) != 0) die("waitid");
  }
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int count = atoi(argv[1]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);

  pid_t* pids = calloc((size_t)count, sizeof *pids);
  int* pidfds = calloc((size_t)count, sizeof *pidfds);
  if (pids == NULL || pidfds == NULL) die("calloc");
  const int64_t begin = now_ns();
  for (int i = 0; i < count; ++i) pids[i] = start(argv + 2);
  wait_for_stamps(argv[3], count);
  for (int i = 0; i < count; ++i)
    if ((pidfds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0)) < 0) die("pidfd_open");

  const int64_t stop_begin = now_ns();
  stop_all(count, pidfds);
  printf("%lld %lld\n", (long long)begin, (long long)(now_ns() - stop_begin));
  return 0;
}
