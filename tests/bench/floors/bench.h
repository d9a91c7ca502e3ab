// What the floors share: the clock, the stamp that a service leaves, a bare start, a median.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

// waitid(2) by pidfd; older libcs have no name for it.
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// What a service writes to a file as its first act: read by tests/bench/run with the same layout.
struct Stamp {
  int64_t monotonic_ns;
  int64_t pid;
};

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void die(const char* what) {
  perror(what);
  exit(1);
}

// The cheapest way to start a program that there is. Not inlined, so that the child shares only this frame.
__attribute__((noinline, unused)) static pid_t start(char* const* argv) {
  extern char** environ;
  const pid_t pid = vfork();
  if (pid < 0) die("vfork");
  if (pid == 0) {
    execve(argv[0], argv, environ);
    _exit(127);
  }
  return pid;
}

static int by_value(const void* a, const void* b) {
  const int64_t x = *(const int64_t*)a, y = *(const int64_t*)b;
  return (x > y) - (x < y);
}

static inline int64_t median(int64_t* values, int count) {
  qsort(values, (size_t)count, sizeof *values, by_value);
  return values[count / 2];
}
