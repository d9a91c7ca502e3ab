// The least that capturing output can cost: drain HOW COUNT FOLDER PROGRAM ARGUMENTS...
// Starts PROGRAM so often, each writing into a pipe of its own, and brings what each writes into a file of its own.
//   plain    reads what is there as soon as something is, 64 KiB at once, and writes it
//   splice   lets the kernel move it
//   batch    pipes of 1 MiB; naps for half a millisecond while less than half of one is there
// Prints the nanoseconds from the first start to the end of all, and the CPU nanoseconds of this process.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

enum { kPlain = 64 * 1024, kBatch = 1024 * 1024, kEvents = 128 };
static char buffer[kBatch];
static int files[4096];

static int64_t cpu_ns(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000 +
         ((int64_t)used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
}

static ssize_t move(int from, int to, char how) {
  if (how == 's') return splice(from, NULL, to, NULL, kBatch, SPLICE_F_MOVE);
  const ssize_t got = read(from, buffer, how == 'b' ? kBatch : kPlain);
  for (ssize_t done = 0; done < got;) {
    const ssize_t written = write(to, buffer + done, (size_t)(got - done));
    if (written < 0) die("write");
    done += written;
  }
  return got;
}

static void nap_unless_full(const struct epoll_event* events, int ready) {
  for (int i = 0; i < ready; ++i) {
    int there = 0;
    ioctl((int)(events[i].data.u64 >> 32), FIONREAD, &there);
    if (there >= kBatch / 2 || (events[i].events & EPOLLHUP)) return;
  }
  const struct timespec nap = {0, 500000};
  nanosleep(&nap, NULL);
}

static void begin(int epoll, int number, const char* folder, char how, char** program) {
  int ends[2];
  char path[4096];
  snprintf(path, sizeof path, "%s/%d", folder, number);
  // splice(2) does not move into a file that is open for appending.
  files[number] = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (how == 's' ? 0 : O_APPEND), 0644);
  if (files[number] < 0 || pipe2(ends, O_CLOEXEC) != 0) die(path);
  if (how == 'b') fcntl(ends[0], F_SETPIPE_SZ, kBatch);
  const int out = dup(1);
  dup2(ends[1], 1);
  start(program);
  dup2(out, 1);
  close(out);
  close(ends[1]);
  struct epoll_event event = {EPOLLIN, {.u64 = (uint64_t)ends[0] << 32 | (uint64_t)number}};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) != 0) die("epoll_ctl");
}

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const char how = argv[1][0];
  const int count = atoi(argv[2]), epoll = epoll_create1(EPOLL_CLOEXEC);
  const int64_t first = now_ns();
  for (int i = 0; i < count; ++i) begin(epoll, i, argv[3], how, argv + 4);
  for (int left = count; left > 0;) {
    struct epoll_event events[kEvents];
    const int ready = epoll_wait(epoll, events, kEvents, -1);
    if (how == 'b') nap_unless_full(events, ready);
    for (int i = 0; i < ready; ++i) {
      const int from = (int)(events[i].data.u64 >> 32);
      if (move(from, files[events[i].data.u64 & 0xffffffff], how) > 0) continue;
      close(from);
      --left;
    }
  }
  const int64_t took = now_ns() - first;
  while (wait(NULL) > 0) continue;
  printf("%lld %lld\n", (long long)took, (long long)cpu_ns());
  return 0;
}
