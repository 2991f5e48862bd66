/*
 * A stand-in for programs that tests need only to answer over HTTP: standin PORT[=STATUS[=LOCATION]]…
 * Every path of a port gets the same answer. Prints one line per start, and ends with the first signal.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_PORTS 16

static void on_end(int signal) {
  (void)signal;
  _exit(0);
}

static void answer(int client, const char *status, const char *location) {
  char request[4096], reply[1024];
  struct timeval limit = {2, 0};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (read(client, request, sizeof request) > 0) {
    int size = snprintf(reply, sizeof reply, "HTTP/1.1 %s Stand-in\r\n%s%s%scontent-length: 9\r\nconnection: close\r\n\r\nstand-in\n",
                        status, *location ? "location: " : "", location, *location ? "\r\n" : "");
    if (write(client, reply, size) < 0) perror("write");
  }
  close(client);
}

int main(int argc, char **argv) {
  struct pollfd ports[MAX_PORTS];
  const char *statuses[MAX_PORTS], *locations[MAX_PORTS];
  int count = argc - 1;
  signal(SIGINT, on_end);
  signal(SIGTERM, on_end);
  signal(SIGPIPE, SIG_IGN);
  if (count < 1 || count > MAX_PORTS) return 2;
  for (int i = 0; i < count; i++) {
    char *port = strtok(strdup(argv[i + 1]), "=");
    char *status = strtok(0, "="), *location = strtok(0, "");
    statuses[i] = status ? status : "200";
    locations[i] = location ? location : "";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = INADDR_ANY};
    int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 64)) {
      perror("listen");
      return 1;
    }
    ports[i] = (struct pollfd){.fd = server, .events = POLLIN};
  }
  printf("stand-in listens on %d ports\n", count);
  fflush(stdout);
  for (;;) {
    if (poll(ports, count, -1) < 0) continue;
    for (int i = 0; i < count; i++) {
      if (!(ports[i].revents & POLLIN)) continue;
      int client = accept(ports[i].fd, 0, 0);
      if (client >= 0) answer(client, statuses[i], locations[i]);
    }
  }
}
