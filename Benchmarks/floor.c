// SPDX-License-Identifier: Apache-2.0
// The floor: a relay that does what every proxy of its shape has to do, and nothing else: read,
// encrypt or decrypt, write. No limits, timers, logs, settings or care; one thread.
//
//     floor connect|terminate|relay --listen PORT --to PORT [--certificate F --key F --ca F]
//                                   [--server-name NAME] [--tickets N] [--ask AUTHORITY]
//
// connect: plaintext to TLS, sessions resumed. terminate: TLS to plaintext, client certificates
// required. relay: plaintext to plaintext; with --ask it is the client of an HTTP proxy, and has
// CONNECT granted before a byte goes through. All on 127.0.0.1; port 0 takes a free one and says which.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    batch = 256 * 1024,          // read at once, sealed and sent at once
    sealed_max = batch + 64 * 1024, // what a batch is with its records' headers and tags
    bulk = 64 * 1024,
    events_max = 64,
    sessions_max = 256,
};

/// One of the two sockets of a connection through the relay.
struct end {
    struct pair *pair;
    struct end *other;
    int fd;
    SSL *ssl; // null: plain
    enum { waiting, connecting, securing, ready } phase; // securing: TLS, or what was asked for
    uint32_t interest;            // what epoll watches; 0: this socket is not in it
    uint8_t *held;                // what the socket did not take, or what came before it was ready
    size_t held_length, held_from;
    bool is_bulk;                 // much came at once the last time
    bool has_ended;               // nothing more comes from it
    bool is_told;                 // it was told that nothing more comes
};

struct pair {
    struct end client, service;
    struct pair *next_dead;
    bool is_dead;
};

static int epoll;
static SSL_CTX *client_tls, *service_tls; // of the side that speaks TLS; at most one
static BIO_METHOD *scratch_method;
static const char *server_name = "localhost";
static char question[512]; // for the service, before anything else
static struct sockaddr_in service_address;
static SSL_SESSION *sessions[sessions_max];
static int session_count;
static struct pair *dead;
static int stretch[2]; // a pipe for splice, empty but while one event is handled

// One of each for all connections: they hold bytes only while one event is handled.
static uint8_t plain[batch + 32 * 1024], sealed_in[batch], sealed_out[sealed_max];
static size_t in_from, in_length, out_length;

static void die(const char *what)
{
    fprintf(stderr, "floor: %s: %m\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

// MARK: - OpenSSL over the scratch buffers

static int scratch_read(BIO *bio, char *to, int room)
{
    BIO_clear_retry_flags(bio);
    size_t there = in_length - in_from, n = there < (size_t)room ? there : (size_t)room;
    if (n == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(to, sealed_in + in_from, n);
    in_from += n;
    return n;
}

static int scratch_write(BIO *bio, const char *from, int length)
{
    (void)bio;
    if (out_length + length > sizeof sealed_out) die("a batch has no room");
    memcpy(sealed_out + out_length, from, length);
    out_length += length;
    return length;
}

static long scratch_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int scratch_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/// The newest last; each is used once.
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    if (session_count == sessions_max) return 0;
    sessions[session_count++] = session;
    return 1;
}

static SSL *secured(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);
    BIO *bio = BIO_new(scratch_method);
    if (!ssl || !bio) die("SSL_new");
    SSL_set_bio(ssl, bio, bio);
    if (context == client_tls) {
        SSL_set_accept_state(ssl);
        return ssl;
    }
    SSL_set_connect_state(ssl);
    if (!SSL_set1_host(ssl, server_name) || !SSL_set_tlsext_host_name(ssl, server_name)) die("name");
    if (session_count) {
        SSL_SESSION *session = sessions[--session_count];
        SSL_set_session(ssl, session);
        SSL_SESSION_free(session);
    }
    return ssl;
}

static SSL_CTX *context(bool is_server, const char *certificate, const char *key, const char *ca, int tickets)
{
    SSL_CTX *c = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    bool well = c && SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) &&
        SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256") && SSL_CTX_set1_groups_list(c, "X25519") &&
        SSL_CTX_use_certificate_chain_file(c, certificate) &&
        SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) && SSL_CTX_load_verify_locations(c, ca, NULL) &&
        SSL_CTX_set_session_id_context(c, (const uint8_t *)"floor", 5) && SSL_CTX_set_num_tickets(c, tickets);
    if (!well) die("certificates");
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    // The chain in the file is what is sent: not searched for and verified in each handshake.
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    if (is_server) {
        // Sessions stay here: decoding one from a ticket costs OpenSSL 3.0 more than resuming saves.
        SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
    } else {
        SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(c, keep_session);
    }
    return c;
}

// MARK: - Sockets

static void watch(struct end *e, uint32_t interest)
{
    if (e->interest == interest || e->pair->is_dead) return;
    int change = !e->interest ? EPOLL_CTL_ADD : interest ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    struct epoll_event event = {.events = interest, .data.ptr = e};
    if (epoll_ctl(epoll, change, e->fd, &event)) die("epoll_ctl");
    e->interest = interest;
}

static void let_go(struct pair *p, bool in_order)
{
    if (p->is_dead) return;
    p->is_dead = true;
    out_length = 0;
    struct end *ends[] = {&p->client, &p->service};
    for (int i = 0; i < 2; i++) {
        struct linger at_once = {.l_onoff = 1};
        if (ends[i]->fd < 0) continue;
        if (!in_order) setsockopt(ends[i]->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(ends[i]->fd);
        // Or OpenSSL would not let the session be resumed.
        if (ends[i]->ssl) SSL_set_shutdown(ends[i]->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(ends[i]->ssl);
        free(ends[i]->held);
    }
    p->next_dead = dead; // events of this turn may still name it
    dead = p;
}

static void hold(struct end *e, const uint8_t *bytes, size_t length)
{
    size_t there = e->held_length - e->held_from;
    uint8_t *held = malloc(there + length);
    if (!held) die("malloc");
    if (there) memcpy(held, e->held + e->held_from, there);
    memcpy(held + there, bytes, length);
    free(e->held);
    e->held = held;
    e->held_from = 0;
    e->held_length = there + length;
}

static bool takes(struct end *e)
{
    return e->phase == ready && !e->held;
}

/// What is to be watched follows from what there is to do.
static void interests(struct pair *p)
{
    struct end *ends[] = {&p->client, &p->service};
    for (int i = 0; i < 2; i++) {
        struct end *e = ends[i];
        // Once watched, it is watched until bytes come that nobody takes yet: mostly none do.
        bool reads = takes(e->other) || e->interest & EPOLLIN;
        reads = e->phase == securing || (e->phase == ready && !e->has_ended && reads);
        uint32_t wanted = reads ? EPOLLIN : 0;
        if (e->phase == connecting || (e->held && e->phase >= securing)) wanted |= EPOLLOUT;
        if (e->fd >= 0) watch(e, wanted);
    }
}

static void put(struct end *e, const uint8_t *bytes, size_t length)
{
    if (length == 0 || e->pair->is_dead) return;
    ssize_t sent = 0;
    if (!e->held && e->phase >= securing) {
        sent = send(e->fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return let_go(e->pair, false);
        if (sent < 0) sent = 0;
    }
    if ((size_t)sent < length) hold(e, bytes + sent, length - sent);
}

/// Sends what OpenSSL has sealed.
static void flush(struct end *e)
{
    size_t length = out_length;
    out_length = 0;
    put(e, sealed_out, length);
}

/// Tells an end that nothing more comes, once it has all that came.
static void tell(struct end *e)
{
    if (!e->other->has_ended || e->held || e->is_told || e->phase != ready || e->pair->is_dead) return;
    e->is_told = true;
    if (e->ssl) {
        SSL_shutdown(e->ssl);
        flush(e);
    }
    if (e->pair->is_dead) return;
    if (e->has_ended && e->other->is_told && !e->held) return let_go(e->pair, true);
    if (!e->ssl) shutdown(e->fd, SHUT_WR);
}

static void deliver(struct end *e, const uint8_t *bytes, size_t length)
{
    if (e->ssl && e->phase == ready) {
        if (SSL_write(e->ssl, bytes, length) != (int)length) return let_go(e->pair, false);
        flush(e);
    } else {
        put(e, bytes, length);
    }
}

// MARK: - What happens

/// Takes what is in `sealed_in` out of its records. False: the connection is gone.
static bool unseal(struct end *e)
{
    size_t got = 0;
    while (true) {
        ERR_clear_error();
        int n = SSL_read(e->ssl, plain + got, sizeof plain - got);
        if (n > 0) {
            got += n;
            if (got < sizeof plain) continue;
            deliver(e->other, plain, got);
            got = 0;
            continue;
        }
        int why = SSL_get_error(e->ssl, n);
        if (why == SSL_ERROR_ZERO_RETURN) {
            e->has_ended = true;
        } else if (why != SSL_ERROR_WANT_READ) {
            let_go(e->pair, false);
            return false;
        }
        break;
    }
    flush(e); // what OpenSSL itself had to say
    if (got) deliver(e->other, plain, got);
    return !e->pair->is_dead;
}

/// Moves bytes from socket to socket without looking at them: cheaper than copies, if they are many.
static ssize_t move(struct end *e)
{
    ssize_t n = splice(e->fd, NULL, stretch[1], NULL, batch, SPLICE_F_MOVE | SPLICE_F_NONBLOCK), moved = 0;
    for (ssize_t m; moved < n; moved += m) {
        m = splice(stretch[0], NULL, e->other->fd, NULL, n - moved, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (m <= 0) break;
    }
    if (moved < n) {
        if (read(stretch[0], plain, n - moved) != n - moved) die("the pipe");
        hold(e->other, plain, n - moved);
    }
    return n;
}

static void receive(struct end *e)
{
    bool moves = e->is_bulk && !client_tls && !service_tls;
    ssize_t n = moves ? move(e) : recv(e->fd, e->ssl ? sealed_in : plain, batch, 0);
    if (n < 0 && errno == EAGAIN) return;
    // TLS says itself when it ends; a bare end of the socket is a cut.
    if (n < 0 || (n == 0 && e->ssl)) return let_go(e->pair, false);
    if (n == 0) {
        e->has_ended = true;
    } else if (!e->ssl) {
        if (!moves) deliver(e->other, plain, n);
        e->is_bulk = n >= bulk;
    } else {
        in_from = 0;
        in_length = n;
        if (!unseal(e)) return;
    }
    if (e->has_ended) tell(e->other);
}

static void drained(struct end *e);

static void opened(struct end *e)
{
    e->phase = ready;
    if (!client_tls) {
        // The client's first bytes mostly are here and go with the end of the handshake.
        receive(e->other);
        if (e->pair->is_dead) return;
    }
    flush(e);
    if (e->held && !e->ssl && !e->pair->is_dead) drained(e);
    if (e->ssl && in_from < in_length && !e->pair->is_dead && unseal(e) && e->has_ended) tell(e->other);
    if (!e->pair->is_dead) tell(e);
}

static void dial(struct pair *p)
{
    struct end *e = &p->service;
    e->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (e->fd < 0) return let_go(p, false);
    int yes = 1;
    setsockopt(e->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(e->fd, (struct sockaddr *)&service_address, sizeof service_address) && errno != EINPROGRESS)
        return let_go(p, false);
    e->phase = connecting;
}

static void secure(struct end *e)
{
    ERR_clear_error();
    int done = SSL_do_handshake(e->ssl);
    if (done == 1) {
        if (e == &e->pair->service) return opened(e);
        e->phase = ready;
        flush(e);
        if (e->pair->is_dead) return;
        dial(e->pair);
        if (!e->pair->is_dead) unseal(e); // what came with the end of the handshake
        return;
    }
    bool waits = SSL_get_error(e->ssl, done) == SSL_ERROR_WANT_READ;
    flush(e); // an alert, if it failed
    if (!waits) let_go(e->pair, e == &e->pair->client);
}

static void ask(struct end *e)
{
    e->phase = securing;
    put(e, (const uint8_t *)question, strlen(question));
}

/// What follows the head of the answer is the service's.
static void answered(struct end *e)
{
    char head[4096] = "";
    ssize_t n = recv(e->fd, head, sizeof head - 1, MSG_PEEK);
    if (n < 0 && errno == EAGAIN) return;
    const char *end = strstr(head, "\r\n\r\n");
    if (n > 0 && !end && n < (ssize_t)sizeof head - 1) return; // more comes
    if (!end || strncmp(head, "HTTP/1.1 200", 12)) return let_go(e->pair, false);
    if (recv(e->fd, head, end + 4 - head, 0) < 0) return let_go(e->pair, false);
    opened(e);
}

static void drained(struct end *e)
{
    ssize_t sent = send(e->fd, e->held + e->held_from, e->held_length - e->held_from, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) return let_go(e->pair, false);
    e->held_from += sent;
    if (e->held_from < e->held_length) return;
    free(e->held);
    e->held = NULL;
    e->held_from = e->held_length = 0;
    if (e->is_told && e->has_ended && e->other->is_told) return let_go(e->pair, true);
    tell(e);
}

static void handle(struct end *e, uint32_t events)
{
    if (e->phase == connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        if (getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &error, &size) || error) return let_go(e->pair, false);
        if (!service_tls) return *question ? ask(e) : opened(e);
        e->phase = securing;
        e->ssl = secured(service_tls);
        in_from = in_length = 0;
        return secure(e);
    }
    if (e->held && events & EPOLLOUT) drained(e);
    if (e->pair->is_dead || !(events & ~EPOLLOUT) || !(e->interest & EPOLLIN)) {
        if (events & EPOLLERR) let_go(e->pair, false);
        return;
    }
    if (e->phase == ready && !takes(e->other)) return watch(e, e->interest & ~EPOLLIN);
    if (e->phase == ready) return receive(e);
    if (!e->ssl) return answered(e);
    ssize_t n = recv(e->fd, sealed_in, batch, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return let_go(e->pair, false);
    in_from = 0;
    in_length = n;
    secure(e);
}

static void welcome(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), yes = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct pair *p = calloc(1, sizeof *p);
    if (!p) die("calloc");
    p->client = (struct end){.pair = p, .other = &p->service, .fd = fd, .phase = client_tls ? securing : ready};
    p->service = (struct end){.pair = p, .other = &p->client, .fd = -1, .phase = waiting};
    if (client_tls)
        p->client.ssl = secured(client_tls);
    else
        dial(p);
    if (!p->is_dead) interests(p);
}

int main(int count, char **words)
{
    const char *role = count > 1 ? words[1] : "", *certificate = NULL, *key = NULL, *ca = NULL, *ask_for = NULL;
    int listen_port = 0, to_port = 0, tickets = 1;
    for (int i = 2; i + 1 < count; i += 2) {
        const char *value = words[i + 1];
        if (!strcmp(words[i], "--listen")) listen_port = atoi(value);
        else if (!strcmp(words[i], "--to")) to_port = atoi(value);
        else if (!strcmp(words[i], "--certificate")) certificate = value;
        else if (!strcmp(words[i], "--key")) key = value;
        else if (!strcmp(words[i], "--ca")) ca = value;
        else if (!strcmp(words[i], "--server-name")) server_name = value;
        else if (!strcmp(words[i], "--tickets")) tickets = atoi(value);
        else if (!strcmp(words[i], "--ask")) ask_for = value;
        else die("unknown option");
    }
    bool connects = !strcmp(role, "connect"), terminates = !strcmp(role, "terminate");
    if (!connects && !terminates && strcmp(role, "relay")) die("connect, terminate or relay");
    const char *asking = "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n";
    if (ask_for && snprintf(question, sizeof question, asking, ask_for, ask_for) >= (int)sizeof question)
        die("a long authority");

    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    scratch_method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "scratch");
    if (!scratch_method) die("BIO_meth_new");
    BIO_meth_set_read(scratch_method, scratch_read);
    BIO_meth_set_write(scratch_method, scratch_write);
    BIO_meth_set_ctrl(scratch_method, scratch_control);
    BIO_meth_set_create(scratch_method, scratch_create);
    if (pipe2(stretch, O_CLOEXEC) || fcntl(stretch[1], F_SETPIPE_SZ, batch) < 0) die("pipe");
    if (connects) service_tls = context(false, certificate, key, ca, 0);
    if (terminates) client_tls = context(true, certificate, key, ca, tickets);

    struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
    service_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(to_port), .sin_addr = loopback};
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(listen_port), .sin_addr = loopback};
    socklen_t size = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&here, size) || listen(listener, SOMAXCONN) ||
        getsockname(listener, (struct sockaddr *)&here, &size))
        die("cannot listen");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event)) die("epoll");
    fprintf(stderr, "floor: listening on 127.0.0.1:%d\n", ntohs(here.sin_port));

    struct epoll_event events[events_max];
    while (true) {
        int n = epoll_wait(epoll, events, events_max, -1);
        if (n < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct end *e = events[i].data.ptr;
            if (!e) welcome(listener);
            if (!e || e->pair->is_dead) continue;
            handle(e, events[i].events);
            if (!e->pair->is_dead) interests(e->pair);
        }
        for (struct pair *p; (p = dead); free(p)) dead = p->next_dead;
    }
}
