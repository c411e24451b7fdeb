// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "clinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int clinux_accept(int listener, struct sockaddr_storage *peer, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
int clinux_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
int clinux_datagram_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
ssize_t clinux_send_datagram(
    int fd, const void *bytes, size_t count, const struct sockaddr_storage *to, socklen_t length) {
    return sendto(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to, length);
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_NONBLOCK | O_CLOEXEC); }
int clinux_pipe_size(int end, int bytes) {
    int now = fcntl(end, F_SETPIPE_SZ, bytes);
    return now > 0 ? now : fcntl(end, F_GETPIPE_SZ);
}
ssize_t clinux_splice(int from, int to, size_t bytes) {
    return splice(from, NULL, to, NULL, bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}
int clinux_set_int(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value);
}
int clinux_linger_zero(int fd) {
    struct linger linger = {1, 0};
    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}
int clinux_unacknowledged(int fd) {
    int bytes = 0;
    return ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}
int clinux_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : -1;
}
int clinux_send_room(int fd) {
    uint32_t memory[SK_MEMINFO_VARS];
    socklen_t length = sizeof memory;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0) return -1;
    return (int)memory[SK_MEMINFO_SNDBUF] - (int)memory[SK_MEMINFO_WMEM_QUEUED];
}
ssize_t clinux_discard(int fd, size_t bytes) { return recv(fd, NULL, bytes, MSG_TRUNC | MSG_DONTWAIT); }
int clinux_connect(int fd, const struct sockaddr_storage *address, socklen_t length) {
    return connect(fd, (const struct sockaddr *)address, length);
}
int clinux_bind(int fd, const struct sockaddr_storage *address, socklen_t length) {
    return bind(fd, (const struct sockaddr *)address, length);
}
int clinux_address(int fd, struct sockaddr_storage *address, socklen_t *length) {
    return getsockname(fd, (struct sockaddr *)address, length);
}
int clinux_peer(int fd, struct sockaddr_storage *address, socklen_t *length) {
    return getpeername(fd, (struct sockaddr *)address, length);
}
int clinux_shutdown_write(int fd) { return shutdown(fd, SHUT_WR); }

int clinux_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
int clinux_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
int clinux_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
int clinux_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

static sigset_t set_of(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    return set;
}
int clinux_block_signals(const int *signals, int count) {
    sigset_t set = set_of(signals, count);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}
int clinux_wait_signal(const int *signals, int count, int milliseconds) {
    sigset_t set = set_of(signals, count);
    struct timespec limit = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    int signal = sigtimedwait(&set, NULL, milliseconds < 0 ? NULL : &limit);
    return signal > 0 ? signal : 0;
}
int clinux_descriptor_limit(struct rlimit *limit) { return getrlimit(RLIMIT_NOFILE, limit); }
int clinux_set_descriptor_limit(const struct rlimit *limit) { return setrlimit(RLIMIT_NOFILE, limit); }
void clinux_malloc_arenas(int count) { mallopt(M_ARENA_MAX, count); }
int clinux_malloc_trim(void) { return malloc_trim(0); }
const char *clinux_errno_name(int error) {
    const char *name = strerrorname_np(error);
    return name ? name : "E?";
}

int clinux_timer(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }
int clinux_timer_set(int fd, uint64_t nanoseconds) {
    struct itimerspec at = {.it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL);
}
int clinux_process_cpu(pid_t process, uint64_t *nanoseconds) {
    clockid_t clock;
    struct timespec time;
    int error = clock_getcpuclockid(process, &clock);
    if (error) return error;
    if (clock_gettime(clock, &time)) return errno;
    *nanoseconds = (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    return 0;
}
