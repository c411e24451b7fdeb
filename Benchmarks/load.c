// SPDX-License-Identifier: Apache-2.0
// The two ends of a measurement: a server that takes and gives bytes, and a client that works proxies in between and reads their CPU time or memory around its own work.
//
//     load serve                       prints "port N", serves until its parent ends
//     load exchange --to PORT --pid PID [--to PORT --pid PID] --up N --down N --streams N
//                                      CPU of the proxies; they take turns, --slices times each. A slice is one
//                                      exchange a stream, or with --slice-seconds as many as that time holds
//     load churn    …                  the same, each exchange on a connection of its own
//     load hold     --to PORT --pid PID --up N --down N --low N --high N
//                                      anonymous memory for each idle connection
//     TLS: --certificate F --key F --ca F (both ends show one), --tickets N (server), --resume (client)
//
// The client prints one line of JSON. Both ends speak TLS 1.3 with one suite and one group only, so every proxy has to.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
    chunk_bytes = 128 * 1024, // of one write; a read may take twice that
    turns_max = 16,           // reads and writes for one event, so that one stream cannot starve the others
    opening_max = 16,         // connections that `hold` opens at once
    tickets_max = 256,
    limit_seconds = 60,
};

/// An exchange: the client sends this and `up` more bytes, then the server sends `down` bytes.
/// The first byte of the answer tells whether the server's TLS session was resumed.
struct exchange {
    uint64_t up, down;
};

struct connection {
    int fd;
    SSL *ssl; // null: plain
    enum { connecting, securing, ready, ending } phase;
    uint32_t interest;         // what epoll watches
    struct exchange exchange;  // the one under way
    size_t header_got;         // server: bytes of `exchange` that are here
    uint64_t sent, send_left;
    uint64_t receive_left;
    bool answered, resumed;    // client: the answer has begun, and what its first byte said
};

static struct {
    const char *role, *certificate, *key, *ca;
    int streams, slices, tickets, low, high;
    bool resume;
    uint64_t up, down;
    double slice_seconds, settle;
} options = {.streams = 1, .slices = 12, .tickets = 2, .settle = 1.2};

static int epoll;
static SSL_CTX *tls;
static uint8_t out[sizeof(struct exchange) + chunk_bytes], in[2 * chunk_bytes];

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "load %s: ", options.role ? options.role : "");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void gave_up(int signal)
{
    (void)signal;
    static const char text[] = "load: nothing came to an end within the time limit\n";
    if (write(2, text, sizeof text - 1)) {}
    _exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

// MARK: - Bytes, the same for both ends

static void watch(struct connection *c, uint32_t interest)
{
    if (c->interest == interest) return;
    struct epoll_event event = {.events = interest, .data.ptr = c};
    if (epoll_ctl(epoll, c->interest ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl: %m");
    c->interest = interest;
}

enum { would_block = -1, failed = -2 }; // 0 is the end of the stream

static ssize_t outcome(struct connection *c, ssize_t n)
{
    if (n > 0) return n;
    if (!c->ssl) return n == 0 ? 0 : errno == EAGAIN ? would_block : failed;
    switch (SSL_get_error(c->ssl, n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return would_block;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default: return failed;
    }
}

static ssize_t receive(struct connection *c)
{
    ERR_clear_error();
    return outcome(c, c->ssl ? SSL_read(c->ssl, in, sizeof in) : recv(c->fd, in, sizeof in, 0));
}

/// Sends what `send_left` says; `lead` bytes at its beginning come from `head`, the others are anything.
static ssize_t transmit(struct connection *c, const void *head, size_t lead)
{
    for (int turn = 0; turn < turns_max && c->send_left; turn++) {
        uint8_t *from = out + lead;
        if (c->sent < lead) {
            memcpy(out, head, lead);
            from = out + c->sent;
        }
        size_t room = out + sizeof out - from, n = c->send_left < room ? c->send_left : room;
        ERR_clear_error();
        ssize_t done = outcome(c, c->ssl ? SSL_write(c->ssl, from, n) : send(c->fd, from, n, MSG_NOSIGNAL));
        if (done <= 0) {
            if (done == would_block) watch(c, EPOLLIN | EPOLLOUT);
            return done;
        }
        c->sent += done;
        c->send_left -= done;
    }
    watch(c, c->send_left ? EPOLLIN | EPOLLOUT : EPOLLIN);
    return 1;
}

/// Takes the handshake on: 1 when it is over, `would_block` or `failed`.
static ssize_t secure(struct connection *c)
{
    ERR_clear_error();
    int n = SSL_do_handshake(c->ssl);
    if (n == 1) {
        c->phase = ready;
        return 1;
    }
    int error = SSL_get_error(c->ssl, n);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return failed;
    watch(c, error == SSL_ERROR_WANT_WRITE ? EPOLLIN | EPOLLOUT : EPOLLIN);
    return would_block;
}

static void discard(struct connection *c)
{
    if (c->ssl) SSL_free(c->ssl);
    close(c->fd);
    c->ssl = NULL;
    c->interest = 0;
}

static void no_delay(int fd)
{
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void prepare_tls(const SSL_METHOD *method)
{
    if (!options.certificate) return;
    tls = SSL_CTX_new(method);
    if (!tls || !SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION)
        || !SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256") || !SSL_CTX_set1_groups_list(tls, "X25519")
        || SSL_CTX_use_certificate_chain_file(tls, options.certificate) != 1
        || SSL_CTX_use_PrivateKey_file(tls, options.key, SSL_FILETYPE_PEM) != 1
        || !SSL_CTX_load_verify_locations(tls, options.ca, NULL))
        die("cannot set up TLS");
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

// MARK: - Server

/// Returns false when the connection is over.
static bool serve(struct connection *c)
{
    if (c->phase == securing) {
        ssize_t n = secure(c);
        if (n == failed) ERR_print_errors_fp(stderr);
        if (n != 1) return n == would_block;
    }
    for (int turn = 0; turn < turns_max && !c->send_left; turn++) {
        ssize_t n = receive(c);
        if (n == would_block) return true;
        if (n <= 0) {
            if (c->ssl && n == 0) SSL_shutdown(c->ssl);
            return false;
        }
        for (uint8_t *p = in; n > 0;) {
            size_t missing = sizeof c->exchange - c->header_got, take = n;
            if (missing) {
                if (take > missing) take = missing;
                memcpy((uint8_t *)&c->exchange + c->header_got, p, take);
                c->header_got += take;
                c->receive_left = c->exchange.up;
            } else {
                if (take > c->receive_left) die("bytes beyond the request");
                c->receive_left -= take;
            }
            p += take;
            n -= take;
        }
        if (c->header_got == sizeof c->exchange && !c->receive_left) {
            c->send_left = c->exchange.down;
            c->header_got = c->sent = 0;
        }
    }
    uint8_t resumed = c->ssl && SSL_session_reused(c->ssl);
    return !c->send_left || transmit(c, &resumed, 1) != failed;
}

static void run_server(void)
{
    prepare_tls(TLS_server_method());
    if (tls) {
        SSL_CTX_set_num_tickets(tls, options.tickets);
        if (!options.tickets) SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_session_id_context(tls, (const uint8_t *)"load", 4);
        SSL_CTX_set_client_CA_list(tls, SSL_load_client_CA_file(options.ca));
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct connection listener = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (bind(listener.fd, (struct sockaddr *)&address, length) || listen(listener.fd, 4096)
        || getsockname(listener.fd, (struct sockaddr *)&address, &length))
        die("listen: %m");
    watch(&listener, EPOLLIN);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (c != &listener) {
                if (serve(c)) continue;
                discard(c);
                free(c);
                continue;
            }
            for (int fd; (fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                no_delay(fd);
                c = calloc(1, sizeof *c);
                *c = (struct connection){.fd = fd, .ssl = tls ? SSL_new(tls) : NULL, .phase = tls ? securing : ready};
                if (c->ssl) {
                    SSL_set_fd(c->ssl, fd);
                    SSL_set_accept_state(c->ssl);
                }
                watch(c, EPOLLIN);
            }
            if (errno != EAGAIN) die("accept: %m");
        }
    }
}

// MARK: - Client

/// A proxy under measurement, and what it has cost so far.
struct target {
    int port, pid;
    struct connection *connections;
    double cpu, wall;
    uint64_t exchanges, resumed;
    SSL_SESSION *tickets[tickets_max]; // each is used once, the newest first
    int ticket_count;
};

static struct target targets[2];
static int target_count;
static struct target *current; // only one is at work at a time
static bool churn;             // every exchange on a connection of its own
static bool more;              // an exchange that ends is followed by another
static int busy;               // connections that are not at rest

static int keep_ticket(SSL *ssl, SSL_SESSION *session)
{
    struct target *target = SSL_get_app_data(ssl);
    if (target->ticket_count == tickets_max) SSL_SESSION_free(target->tickets[--target->ticket_count]);
    target->tickets[target->ticket_count++] = session;
    return 1;
}

static void open_connection(struct connection *c)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(current->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *c = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .phase = connecting};
    if (c->fd < 0) die("socket: %m");
    no_delay(c->fd);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) die("connect: %m");
    watch(c, EPOLLOUT);
}

static void connected(struct connection *c)
{
    int error = 0;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    if (error) die("connect: %s", strerror(error));
    if (!tls) {
        c->phase = ready;
        return;
    }
    c->phase = securing;
    c->ssl = SSL_new(tls);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_app_data(c->ssl, current);
    SSL_set_tlsext_host_name(c->ssl, "localhost");
    SSL_set1_host(c->ssl, "localhost");
    SSL_set_connect_state(c->ssl);
    if (options.resume && current->ticket_count) {
        SSL_SESSION *ticket = current->tickets[--current->ticket_count];
        SSL_set_session(c->ssl, ticket);
        SSL_SESSION_free(ticket);
    }
}

static void begin(struct connection *c)
{
    size_t header = sizeof c->exchange;
    c->exchange = (struct exchange){.up = options.up > header ? options.up - header : 0, .down = options.down};
    c->send_left = header + c->exchange.up;
    c->receive_left = options.down;
    c->sent = 0;
    c->answered = false;
    if (c->phase == ready && transmit(c, &c->exchange, header) == failed) die("sending: %m");
}

static void start(struct connection *c)
{
    busy++;
    if (!c->interest) open_connection(c);
    begin(c);
}

static void finished(struct connection *c)
{
    current->exchanges++;
    current->resumed += c->ssl ? SSL_session_reused(c->ssl) : c->resumed;
    if (churn) {
        c->phase = ending;
        if (c->ssl) SSL_shutdown(c->ssl);
        shutdown(c->fd, SHUT_WR);
    } else if (more) {
        begin(c);
    } else {
        busy--;
    }
}

static void ended(struct connection *c)
{
    discard(c);
    busy--;
    if (more) start(c);
}

static void work(struct connection *c)
{
    if (c->phase == connecting) connected(c);
    if (c->phase == securing) {
        ssize_t n = secure(c);
        if (n == failed) die("the TLS handshake failed");
        if (n != 1) return;
    }
    if (c->phase == ready && c->send_left && transmit(c, &c->exchange, sizeof c->exchange) == failed)
        die("sending: %m");
    for (int turn = 0; turn < turns_max; turn++) {
        ssize_t n = receive(c);
        if (n == would_block) return;
        if (c->phase == ending && n <= 0) {
            ended(c);
            return;
        }
        if (n <= 0) die("the proxy ended a connection in the middle of an exchange");
        if ((uint64_t)n > c->receive_left) die("bytes beyond the answer");
        if (!c->answered) c->resumed = in[0];
        c->answered = true;
        c->receive_left -= n;
        if (!c->receive_left) {
            finished(c);
            return;
        }
    }
}

/// Works until `deadline`, or, without one, until everything is at rest.
static void work_until(double deadline)
{
    while (deadline ? now() < deadline : busy > 0) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, 100);
        for (int i = 0; i < count; i++) work(events[i].data.ptr);
    }
}

/// CPU time of all threads of the proxy, living or ended: the sum of /proc/PID/task/*/schedstat, and in one call.
static double proxy_cpu(int pid)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t)) die("the proxy (process %d) is gone", pid);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static long proxy_anonymous_kib(int pid)
{
    char line[256];
    snprintf(line, sizeof line, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(line, "r");
    if (!file) die("%s: %m", line);
    long kib = -1;
    while (fgets(line, sizeof line, file)) sscanf(line, "Anonymous: %ld kB", &kib);
    fclose(file);
    if (kib < 0) die("smaps_rollup has no line Anonymous");
    return kib;
}

static void hold(void)
{
    long kib[2];
    int steps[2] = {options.low, options.high}, opened = 0;
    current = &targets[0];
    current->connections = calloc(options.high, sizeof *current->connections);
    for (int step = 0; step < 2; step++) {
        while (opened < steps[step]) {
            for (int i = 0; i < opening_max && opened < steps[step]; i++) start(&current->connections[opened++]);
            work_until(0);
        }
        work_until(now() + options.settle); // a proxy may give memory back once it is idle
        kib[step] = proxy_anonymous_kib(current->pid);
    }
    printf("{\"kib\": %.3f}\n", (double)(kib[1] - kib[0]) / (options.high - options.low));
}

/// A short time for one proxy, from rest to rest: one exchange a stream, or as many as `slice-seconds` hold.
static void slice(struct target *target)
{
    current = target;
    double cpu = proxy_cpu(target->pid), begun = now();
    more = options.slice_seconds > 0;
    for (int i = 0; i < options.streams; i++) start(&target->connections[i]);
    if (more) work_until(begun + options.slice_seconds);
    more = false;
    work_until(0);
    target->cpu += proxy_cpu(target->pid) - cpu;
    target->wall += now() - begun;
}

/// The proxies take turns, A B B A: what disturbs the machine for longer than a slice disturbs all alike.
static void compare(void)
{
    for (int i = 0; i < target_count; i++) {
        struct target *target = &targets[i];
        target->connections = calloc(options.streams, sizeof *target->connections);
        slice(target); // warms it
        target->cpu = target->wall = 0;
        target->exchanges = target->resumed = 0;
    }
    for (int turn = 0; turn < options.slices; turn++)
        for (int i = 0; i < target_count; i++) slice(&targets[turn % 2 ? target_count - 1 - i : i]);
    for (int i = 0; i < target_count; i++)
        printf("%s{\"cpu\": %.9f, \"wall\": %.6f, \"exchanges\": %lu, \"resumed\": %lu}", i ? ", " : "[", targets[i].cpu,
               targets[i].wall, targets[i].exchanges, targets[i].resumed);
    printf("]\n");
}

static void run_client(void)
{
    churn = !strcmp(options.role, "churn");
    if (!target_count || !targets[0].pid) die("--to and --pid say which proxy");
    prepare_tls(TLS_client_method());
    if (tls && options.resume) {
        SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(tls, keep_ticket);
    }
    if (!strcmp(options.role, "hold")) hold();
    else if (churn || !strcmp(options.role, "exchange")) compare();
    else die("no such role");
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // nothing is left running, whatever becomes of the script
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) die("usage: see the head of load.c");
    options.role = argv[1];
    for (int i = 2; i < argc; i++) {
        const char *name = argv[i];
        if (!strcmp(name, "--resume")) {
            options.resume = true;
            continue;
        }
        const char *value = ++i < argc ? argv[i] : "";
        if (!strcmp(name, "--certificate")) options.certificate = value;
        else if (!strcmp(name, "--key")) options.key = value;
        else if (!strcmp(name, "--ca")) options.ca = value;
        else if (!strcmp(name, "--to") && target_count < 2) targets[target_count++].port = atoi(value);
        else if (!strcmp(name, "--pid") && target_count) targets[target_count - 1].pid = atoi(value);
        else if (!strcmp(name, "--streams")) options.streams = atoi(value);
        else if (!strcmp(name, "--tickets")) options.tickets = atoi(value);
        else if (!strcmp(name, "--low")) options.low = atoi(value);
        else if (!strcmp(name, "--high")) options.high = atoi(value);
        else if (!strcmp(name, "--up")) options.up = strtoull(value, NULL, 10);
        else if (!strcmp(name, "--down")) options.down = strtoull(value, NULL, 10);
        else if (!strcmp(name, "--slices")) options.slices = atoi(value);
        else if (!strcmp(name, "--slice-seconds")) options.slice_seconds = atof(value);
        else if (!strcmp(name, "--settle")) options.settle = atof(value);
        else die("no such option: %s", name);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!strcmp(options.role, "serve")) run_server();
    signal(SIGALRM, gave_up);
    alarm(limit_seconds);
    run_client();
    return 0;
}
