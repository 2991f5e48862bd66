/* Holds the namespaces of a pod, and is process 1 of a node's namespace: ends with the first signal, buries the dead. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_end(int signal) {
  (void)signal;
  _exit(0);
}

static void on_child(int signal) {
  (void)signal;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}

int main(void) {
  signal(SIGINT, on_end);
  signal(SIGTERM, on_end);
  signal(SIGCHLD, on_child);
  for (;;) pause();
}
