// The least that keeping one service up can cost: keep COUNT PROGRAM FILE
// Starts the program, waits on its pidfd, and replaces it as soon as it has ended, COUNT times in all; somebody else
// kills it.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  for (int i = atoi(argv[1]); i > 0; --i) {
    const pid_t pid = start(argv + 2);
    struct pollfd ended = {(int)syscall(SYS_pidfd_open, pid, 0), POLLIN, 0};
    if (ended.fd < 0) die("pidfd_open");
    while (poll(&ended, 1, -1) != 1) continue;
    siginfo_t info;
    if (waitid((idtype_t)P_PIDFD, (id_t)ended.fd, &info, WEXITED) != 0) die("waitid");
    close(ended.fd);
  }
  return 0;
}
