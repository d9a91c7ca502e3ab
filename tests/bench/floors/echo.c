// The least that answering on a Unix socket can cost: echo SOCKET
// Serves one client after the other and gives each piece back as it came.
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

int main(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 16) != 0)
    die(argv[1]);
  for (;;) {
    const int client = accept(listener, NULL, NULL);
    if (client < 0) die("accept");
    char buffer[65536];
    ssize_t got;
    while ((got = read(client, buffer, sizeof buffer)) > 0)
      if (write(client, buffer, (size_t)got) != got) break;
    close(client);
  }
}
