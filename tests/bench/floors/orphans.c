// Leaves N orphans that end at once: orphans N
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  enum { kEach = 10 };
  for (int left = atoi(argv[1]); left > 0; left -= kEach) {
    const pid_t parent = fork();
    if (parent < 0) die("fork");
    if (parent == 0) {
      for (int i = 0; i < kEach; ++i)
        if (fork() == 0) _exit(0);
      _exit(0);
    }
    if (waitpid(parent, NULL, 0) != parent) die("waitpid");
  }
  return 0;
}
