/* Loaded into a peer: loses so many of a thousand datagrams that it sends or receives (DROP_PER_MILLE). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int drops(void) {
  static __thread uint64_t state; static int per_mille = -1;
  if (per_mille < 0) per_mille = getenv("DROP_PER_MILLE") ? atoi(getenv("DROP_PER_MILLE")) : 0;
  if (!state) state = 0x9e3779b97f4a7c15ull ^ (uint64_t) (uintptr_t) &state;
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return (int) (state % 1000) < per_mille;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags) {
  static ssize_t (*real)(int, const struct msghdr *, int);
  if (!real) real = dlsym(RTLD_NEXT, "sendmsg");
  if (!drops()) return real(fd, m, flags);
  ssize_t bytes = 0;
  for (size_t i = 0; i < m->msg_iovlen; i++) bytes += m->msg_iov[i].iov_len;
  return bytes;
}

ssize_t sendto(int fd, const void *b, size_t n, int flags, const struct sockaddr *to, socklen_t size) {
  static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  if (!real) real = dlsym(RTLD_NEXT, "sendto");
  return drops() ? (ssize_t) n : real(fd, b, n, flags, to, size);
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags) {
  static ssize_t (*real)(int, struct msghdr *, int); ssize_t n;
  if (!real) real = dlsym(RTLD_NEXT, "recvmsg");
  do n = real(fd, m, flags); while (n > 0 && drops());
  return n;
}
