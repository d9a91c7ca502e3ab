// The least that an init of one command costs: reap PROGRAM [ARGUMENT...]
// Becomes sub-reaper, starts PROGRAM, and waits for everybody in a bare loop until nobody is left.
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) die("prctl");
  start(argv + 1);
  while (waitpid(-1, NULL, 0) > 0) continue;
  return errno == ECHILD ? 0 : 1;
}
