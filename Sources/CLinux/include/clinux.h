// SPDX-License-Identifier: Apache-2.0
// What glibc has and Swift's module of it does not show: macros and functions behind _GNU_SOURCE. No logic.
#pragma once
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "vitals.h"

// accept4(SOCK_NONBLOCK | SOCK_CLOEXEC); the peer's address where wanted.
int clinux_accept(int listener, struct sockaddr_storage *peer, socklen_t *length);
int clinux_socket(int family);
// Unix, datagram: to ask who is bound to a path.
int clinux_datagram_socket(void);
// Sends it whole or not at all, and never waits.
ssize_t clinux_send_datagram(
    int fd, const void *bytes, size_t count, const struct sockaddr_storage *to, socklen_t length);
int clinux_pipe(int ends[2]);
// Sets the capacity of a pipe; answers the one it has.
int clinux_pipe_size(int end, int bytes);
ssize_t clinux_splice(int from, int to, size_t bytes);
int clinux_set_int(int fd, int level, int option, int value);
int clinux_linger_zero(int fd);
// Bytes sent and not yet acknowledged (SIOCOUTQ); -1 with errno.
int clinux_unacknowledged(int fd);
// SOL_SOCKET: SO_ERROR; -1 with errno.
int clinux_socket_error(int fd);
// Free bytes of the send buffer (SO_MEMINFO: SNDBUF - WMEM_QUEUED); -1 with errno.
int clinux_send_room(int fd);
// Discards up to `bytes` received bytes without copying them (MSG_TRUNC, TCP only).
ssize_t clinux_discard(int fd, size_t bytes);
int clinux_connect(int fd, const struct sockaddr_storage *address, socklen_t length);
int clinux_bind(int fd, const struct sockaddr_storage *address, socklen_t length);
int clinux_address(int fd, struct sockaddr_storage *address, socklen_t *length);
int clinux_peer(int fd, struct sockaddr_storage *address, socklen_t *length);
int clinux_shutdown_write(int fd);

// A timer that is read like a file (CLOCK_MONOTONIC, non-blocking); set to an absolute time.
int clinux_timer(void);
int clinux_timer_set(int fd, uint64_t nanoseconds);
// CPU time of all threads of a process that have been, nanoseconds. Answers 0, or an errno.
int clinux_process_cpu(pid_t process, uint64_t *nanoseconds);

// Processors this process may run on.
int clinux_processors(void);
int clinux_thread_name(const char *name);
// PR_SET_DUMPABLE 0: no core file, no ptrace by others: keys stay where they are.
int clinux_not_dumpable(void);
int clinux_ignore_signal(int signal);
// Blocks the signals that the control thread waits for; threads made later inherit that.
int clinux_block_signals(const int *signals, int count);
// Waits for one of them at most `milliseconds` (-1: for ever); 0 when none came.
int clinux_wait_signal(const int *signals, int count, int milliseconds);
int clinux_descriptor_limit(struct rlimit *limit);
int clinux_set_descriptor_limit(const struct rlimit *limit);
// One arena a thread is plenty, and few arenas keep memory flat.
void clinux_malloc_arenas(int count);
int clinux_malloc_trim(void);
const char *clinux_errno_name(int error);
