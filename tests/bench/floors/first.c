// The least between the exec of a supervisor and the first instruction of its first child: first PROGRAM FILE
// A static program that does nothing but start one.
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const pid_t pid = start(argv + 1);
  if (waitpid(pid, NULL, 0) != pid) die("first");
  return 0;
}
