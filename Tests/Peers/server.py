# SPDX-License-Identifier: Apache-2.0
# Hostile terminators for `attache` as originator: both its ends, the client and the far server.
#   server.py CERTIFICATES GROUP PORT HONEST-PORT DOOR HONEST-DOOR
# The ports are where it listens, the doors those listeners of attache that lead there.

import socket
import sys
import time

import manners
from cases import case, run, wrong_windows
from wire import *

AUTHORITY = "echo.test:7"
STREAM_WINDOW = 65536       # as the test configures it
LEAST, LIMIT = 0.4, 1.0     # no deadline that the test configures is outside
ANY_END = ("reset", "end")


class World:
    def __init__(self, certificates, port, honest_port, door, honest_door):
        self.made = context("server", certificates, "server")
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        manners.EchoServer(self.made, securely, honest_port)
        self.door, self.honest_door = door, honest_door
        self.carriers, self.clients = [], []

    def neighbour(self):
        return manners.Plain(self.honest_door)

    def client(self):
        self.clients.append(manners.Plain(self.door))
        return self.clients[-1]

    def accept(self, within=PATIENCE):
        """The next carrier; its preface is not read and nothing is sent yet."""
        self.listener.settimeout(within)
        try:
            connection, _ = self.listener.accept()
        except TimeoutError:
            raise Unmet("no carrier was dialled")
        self.carriers.append(Carrier(securely(self.made, connection, server_side=True), False))
        return self.carriers[-1]

    def carrier(self, *frames):
        carrier = self.accept()
        carrier.start(*frames)
        return carrier

    def session(self, carrier=None, *frames):
        """A client whose tunnel is open: (client, carrier, stream)."""
        client = self.client()
        carrier = carrier or self.carrier(*frames)
        stream = request(carrier)
        answer(carrier, stream)
        client.send(b"ready")
        carrier.expect_data(stream, b"ready")
        carrier.bodies[stream].clear()
        return client, carrier, stream

    def tidy(self):
        """The next case begins without carriers, and attache knows it."""
        for client in self.clients:
            client.socket.close()
        for carrier in self.carriers:
            carrier.close()
        self.carriers, self.clients = [], []
        self.listener.settimeout(0)
        try:
            while True:
                self.listener.accept()[0].close()
        except BlockingIOError:
            pass


def request(carrier):
    """The next CONNECT."""
    carrier.until("request", lambda: carrier.requests)
    stream = carrier.requests.pop(0)
    head = carrier.heads[stream][0]
    if head.get(":method") != "CONNECT" or head.get(":authority") != AUTHORITY:
        raise Unmet(f"the request is {head}")
    if ":path" in head or ":scheme" in head:
        raise Unmet(f"a CONNECT with {head}")
    return stream


def answer(carrier, stream, status="200", *more, flags=0):
    carrier.send(carrier.headers(stream, [(":status", status), *more], flags))


def answer_all(world, client, script):
    """Serves every try of the client by `script`, until it is told: the last carrier, and tries."""
    carrier, tries = world.carrier(), 0
    stream = request(carrier)
    while stream:
        tries += 1
        script(carrier, stream)
        stream, until = None, time.monotonic() + PATIENCE
        while not stream and not select.select([client.socket], [], [], 0)[0]:
            if time.monotonic() > until:
                raise Unmet(f"neither told nor tried again after {tries}; came {carrier}")
            if not carrier.end:
                carrier.read(0.02)
            if carrier.requests:
                stream = request(carrier)
            elif select.select([world.listener], [], [], 0)[0]:
                carrier = world.carrier()
                stream = request(carrier)
    client.expect_end("reset")
    if tries > 3:
        raise Unmet(f"{tries} tries")
    return carrier, tries


def echo(client, carrier, stream, text=b"to and fro"):
    client.send(text)
    carrier.expect_data(stream, text)
    carrier.bodies[stream].clear()
    carrier.data(stream, text)
    client.expect(text)


def finish(client, carrier, stream):
    carrier.data(stream, end=True)
    client.finish()
    carrier.expect_ended(stream)


# GOAWAY

@case("goaway", "completed", "completed")
def graceful_goaway_lets_streams_finish(world):
    client, carrier, stream = world.session()
    carrier.send(goaway(2**31 - 1, NO_ERROR))
    carrier.expect_alive()
    newcomer, other, second = world.session()
    echo(newcomer, other, second)
    carrier.send(goaway(stream, NO_ERROR))
    echo(client, carrier, stream)
    finish(client, carrier, stream)
    carrier.expect_closed()
    finish(newcomer, other, second)


@case("goaway", "completed")
def refusing_goaway_is_retried_elsewhere(world):
    client = world.client()
    client.send(b"early")
    first = world.carrier()
    request(first)
    first.send(goaway(0, NO_ERROR))
    second = world.carrier()
    stream = request(second)
    answer(second, stream)
    second.expect_data(stream, b"early")
    second.bodies[stream].clear()
    echo(client, second, stream)
    finish(client, second, stream)


@case("goaway", "completed", "completed")
def goaway_covers_one_stream_and_not_the_next(world):
    """Streams above its number were never processed."""
    client, carrier, stream = world.session()
    late = world.client()
    request(carrier)
    carrier.send(goaway(stream, NO_ERROR))
    other = world.carrier()
    second = request(other)
    answer(other, second)
    echo(late, other, second)
    echo(client, carrier, stream)
    finish(client, carrier, stream)
    finish(late, other, second)


@case("goaway", "carrier-lost")
def goaway_with_an_error_is_told(world):
    client, carrier, stream = world.session()
    carrier.data(stream, b"last words")
    carrier.send(goaway(stream, INTERNAL_ERROR, b"out of luck"))
    carrier.close()
    client.expect(b"last words")
    client.expect_end("reset")


@case("goaway", "carrier-lost")
def goaway_that_takes_back_its_number(world):
    client, carrier, stream = world.session()
    carrier.send(goaway(stream, NO_ERROR), goaway(stream + 4, NO_ERROR))
    # RFC 9113 section 6.8 names none; nghttp2 calls it this.
    carrier.expect_goaway(PROTOCOL_ERROR)
    client.expect_end("reset")


# One stream's end

@case("streams", "upstream-reset", "completed")
def a_reset_is_told_to_its_client_alone(world):
    victim, carrier, stream = world.session()
    other, _, second = world.session(carrier)
    carrier.data(stream, b"before it")
    carrier.send(reset(stream, CANCEL))
    victim.expect(b"before it")
    victim.expect_end("reset")
    echo(other, carrier, second)
    finish(other, carrier, second)
    carrier.expect_alive()


@case("streams", "client-reset", "completed")
def a_clients_reset_is_told_on_its_stream_alone(world):
    victim, carrier, stream = world.session()
    other, _, second = world.session(carrier)
    victim.reset()
    carrier.expect_reset(stream, CONNECT_ERROR)
    echo(other, carrier, second)
    finish(other, carrier, second)


@case("streams", "completed")
def a_refused_stream_is_retried_silently(world):
    client = world.client()
    client.send(b"early")
    first = world.carrier()
    first.send(reset(request(first), REFUSED_STREAM))
    # Another carrier where there can be one; the same would do as well.
    second, stream = again(world, first)
    answer(second, stream)
    second.expect_data(stream, b"early")
    second.bodies[stream].clear()
    echo(client, second, stream)
    finish(client, second, stream)


def again(world, carrier):
    """A retry, wherever it comes: on the carrier that there is, or on a new one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        carrier.read(0.02)
        if carrier.requests:
            return carrier, request(carrier)
        if select.select([world.listener], [], [], 0)[0]:
            carrier = world.carrier()
            return carrier, request(carrier)
    raise Unmet(f"no retry; came {carrier}")


@case("streams", "tunnel-refused")
def refusals_for_ever_are_told_after_a_few_tries(world):
    client = world.client()
    _, tries = answer_all(
        world, client, lambda carrier, stream: carrier.send(reset(stream, REFUSED_STREAM)))
    if tries < 2:
        raise Unmet("never tried again")


@case("streams", "?")
def an_end_with_a_reset_behind_it_loses_no_byte(world):
    """Envoy does it whenever its target ends first; what the client still says is thrown away."""
    client, carrier, stream = world.session()
    text = bytes(range(256)) * 128
    carrier.send(*[frame(DATA, stream, text[i:i + 8192]) for i in range(0, len(text), 8192)],
                 frame(DATA, stream, b"", END_STREAM), reset(stream, NO_ERROR))
    client.expect(text)
    client.expect_end(*ANY_END)
    carrier.expect_alive()


@case("streams", "completed")
def an_end_in_the_answer_itself_is_a_half_close(world):
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, flags=END_STREAM)
    client.expect_end("end")
    client.send(b"still talking")
    carrier.expect_data(stream, b"still talking")
    client.socket.shutdown(socket.SHUT_WR)
    carrier.expect_ended(stream)


@case("streams", "completed")
def a_reset_of_a_stream_that_is_gone_is_nothing(world):
    client, carrier, stream = world.session()
    finish(client, carrier, stream)
    carrier.send(reset(stream, CANCEL), window_update(stream, 100))
    carrier.expect_alive()


# Answers

@case("answers", "tunnel-refused")
def the_body_of_a_refusal_never_reaches_the_client(world):
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, "503", ("proxy-status", "far; error=connection_refused"))
    carrier.send(frame(DATA, stream, b"upstream connect error", END_STREAM))
    client.expect_end("reset")
    carrier.expect_alive()


@case("answers", "tunnel-refused")
def a_refusal_with_a_body_without_end_is_given_up(world):
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, "502")
    client.expect_end("reset")
    for _ in range(200):
        carrier.data(stream, bytes(16384))
    carrier.expect_alive()
    if stream not in carrier.resets:
        raise Unmet(f"3 MiB of a body were taken; came {carrier}")


@case("answers", "tunnel-refused")
def nothing_but_200_opens_a_tunnel(world):
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, "201")
    carrier.data(stream, b"not for you")
    client.expect_end("reset")
    carrier.expect_alive()


@case("answers", "carrier-lost")
def data_before_the_answer_is_not_believed(world):
    client = world.client()

    def script(carrier, stream):
        carrier.send(frame(DATA, stream, b"too early"),
                     carrier.headers(stream, [(":status", "200")]))
        # Malformed is a stream error (RFC 9113 section 8.1.1); nghttp2 ends the connection.
        carrier.expect_goaway(PROTOCOL_ERROR)
    answer_all(world, client, script)


@case("answers", "completed")
def an_interim_answer_is_waited_out(world):
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, "103", ("link", "</nothing>"))
    answer(carrier, stream, "100")
    answer(carrier, stream)
    echo(client, carrier, stream)
    finish(client, carrier, stream)


@case("answers", "completed")
def a_length_in_the_answer_means_nothing(world):
    """RFC 9110 section 9.3.6: a client ignores it."""
    client = world.client()
    carrier = world.carrier()
    stream = request(carrier)
    answer(carrier, stream, "200", ("content-length", "3"))
    echo(client, carrier, stream)
    finish(client, carrier, stream)


@case("answers", "?")
def trailers_do_not_belong_in_a_tunnel(world):
    """RFC 9113 section 8.5: any frame but DATA and the stream's own is a stream error."""
    client, carrier, stream = world.session()
    carrier.data(stream, b"bytes")
    carrier.send(carrier.headers(stream, [("grpc-status", "0")], END_STREAM))
    client.expect(b"bytes")
    carrier.expect_reset(stream, PROTOCOL_ERROR)
    client.expect_end("reset")
    carrier.expect_alive()


@case("answers", "?")
def a_malformed_answer_is_a_stream_error(world):
    client = world.client()

    def script(carrier, stream):
        block = literal(b":status", b"200") + literal(b"Upper", b"case")
        carrier.send(frame(HEADERS, stream, block, END_HEADERS))
        carrier.expect_reset(stream, PROTOCOL_ERROR)
    carrier, _ = answer_all(world, client, script)
    carrier.expect_alive()


@case("answers", "?")
def a_header_bomb_is_refused(world):
    """One field in the table, named thousands of times: 4 KiB become 16 MiB."""
    client = world.client()

    def script(carrier, stream):
        long = hpack.hpack.encode_integer(4000, 7) + b"v" * 4000
        bomb = literal(b":status", b"200") + b"\x40\x01x" + long + b"\xbe" * 4096
        carrier.send(frame(HEADERS, stream, bomb, END_HEADERS))
        carrier.until("an error", lambda: carrier.end or carrier.resets.get(stream))
    answer_all(world, client, script)


# Windows

@case("windows", "completed", "completed")
def a_window_that_stays_at_zero_is_no_error(world):
    stalled, carrier, stream = world.session()
    carrier.gives_window = False
    carrier.send(settings(window=0))
    carrier.expect_alive()
    # Before SETTINGS a stream has 65,535 bytes, which the new value takes back.
    text = bytes(i * 7 % 251 for i in range(1 << 20))
    stalled.socket.setblocking(False)
    sent, until = 0, time.monotonic() + 0.4
    while sent < len(text) and time.monotonic() < until:
        try:
            sent += stalled.socket.send(text[sent:sent + 65536])
            until = time.monotonic() + 0.4
        except BlockingIOError:
            select.select([], [stalled.socket], [], 0.02)
    if carrier.count(stream):
        raise Unmet(f"{carrier.count(stream)} bytes against a window of zero")
    # Another one has a window and flows.
    client = world.client()
    other = request(carrier)
    answer(carrier, other)
    carrier.send(window_update(other, 1 << 20))
    echo(client, carrier, other)
    # And what stalled is alive: every byte, when there is room at last.
    carrier.send(window_update(stream, 1 << 20))
    carrier.gives_window = True
    carrier.send(window_update(0, 1 << 20))
    carrier.expect_data(stream, text[:sent])
    stalled.socket.settimeout(PATIENCE)
    finish(stalled, carrier, stream)
    finish(client, carrier, other)


@case("windows", "completed", "completed")
def a_client_that_does_not_read_holds_up_nobody(world):
    slow, carrier, stream = world.session()
    client, _, other = world.session(carrier)
    sent, full = 0, STREAM_WINDOW
    # By the book: never more than the window that was given.
    while sent < 64 << 20:
        room = full + carrier.windows.get(stream, 0) - sent
        room = min(room, 65535 + carrier.windows.get(0, 0) - sent, 16384)
        if room <= 0:
            before = len(carrier.came)
            carrier.read(0.25)
            if len(carrier.came) == before:
                break
            continue
        carrier.data(stream, bytes(room))
        sent += room
    if sent >= 64 << 20:
        raise Unmet("64 MiB were taken for a client that does not read")
    echo(client, carrier, other)
    carrier.data(stream, end=True)
    if slow.receive(sent) != bytes(sent):
        raise Unmet("other bytes")
    slow.finish()
    carrier.expect_ended(stream)
    finish(client, carrier, other)


@case("windows", "upstream-reset")
def more_than_the_window_is_a_flow_control_error(world):
    client, carrier, stream = world.session()
    for _ in range(4096):
        carrier.data(stream, bytes(16384))
        carrier.read(0)
        if carrier.end or stream in carrier.resets:
            break
    # RFC 9113 section 6.9.1: of the stream or of the connection.
    carrier.until("an error", lambda: carrier.goaways or carrier.resets.get(stream))
    if carrier.goaways:
        carrier.expect_goaway(FLOW_CONTROL_ERROR)
    else:
        carrier.expect_reset(stream, FLOW_CONTROL_ERROR)


def breaks(name, codes, *make, client=("reset",)):
    """A case in which frames that nobody may send end the connection and all its clients."""
    def body(world):
        victim, carrier, stream = world.session()
        carrier.send(*[f(stream) for f in make])
        carrier.expect_goaway(*codes)
        victim.expect_end(*client)
    body.__name__ = name.replace(" ", "_")
    case("frames", "carrier-lost")(body)


def harms(name, codes, *make):
    """The same where only the stream ends."""
    def body(world):
        victim, carrier, stream = world.session()
        carrier.send(*[f(stream) for f in make])
        carrier.expect_reset(stream, *codes)
        victim.expect_end("reset")
        carrier.expect_alive()
    body.__name__ = name.replace(" ", "_")
    case("frames", "upstream-reset")(body)


wrong_windows(breaks, harms)
# After END_STREAM a frame is a stream error by RFC 9113 section 5.1; nghttp2 ends the connection.
breaks("data after the end", [STREAM_CLOSED], lambda s: frame(DATA, s, b"", END_STREAM),
       lambda s: frame(DATA, s, b"more"), client=ANY_END)
breaks("data on a stream that nobody opened", [PROTOCOL_ERROR], lambda s: frame(DATA, s + 20, b"x"))
breaks("reset of a stream that nobody opened", [PROTOCOL_ERROR],
       lambda s: reset(s + 20, CANCEL))
breaks("a pushed stream", [PROTOCOL_ERROR],
       lambda s: frame(PUSH_PROMISE, s, b"\0\0\0\2" + literal(b":method", b"GET"), END_HEADERS))
breaks("a frame larger than allowed", [FRAME_SIZE_ERROR], lambda s: frame(DATA, s, bytes(16385)))
breaks("settings of a broken length", [FRAME_SIZE_ERROR],
       lambda s: frame(SETTINGS, payload=b"12345"))
breaks("settings on a stream", [PROTOCOL_ERROR], lambda s: frame(SETTINGS, s))
breaks("an acknowledgement with content", [FRAME_SIZE_ERROR],
       lambda s: frame(SETTINGS, payload=bytes(6), flags=ACK))
breaks("ping of a wrong length", [FRAME_SIZE_ERROR], lambda s: frame(PING, payload=bytes(7)))
breaks("padding longer than its frame", [PROTOCOL_ERROR],
       lambda s: frame(DATA, s, b"\xffshort", PADDED))
breaks("continuation of nothing", [PROTOCOL_ERROR],
       lambda s: frame(CONTINUATION, s, b"", END_HEADERS))
breaks("headers that do not decode", [COMPRESSION_ERROR],
       lambda s: frame(HEADERS, s, b"\xff\xff\xff\xff\xff\xff", END_HEADERS))


@case("frames", "completed")
def frames_of_unknown_kinds_are_ignored(world):
    client, carrier, stream = world.session()
    carrier.send(frame(0x77, 0, b"what"), frame(0xBB, stream, b"is this", 0xFF),
                 frame(SETTINGS, payload=b"\x7f\x7f\0\0\0\1"))
    echo(client, carrier, stream)
    finish(client, carrier, stream)


@case("frames", "carrier-lost")
def garbage_after_our_goaway_is_not_read(world):
    """CVE-2026-27135: nghttp2 must not be fed any more."""
    client, carrier, stream = world.session()
    carrier.send(window_update(0, 2**31 - 1), window_update(0, 0), frame(SETTINGS, payload=b"1"),
                 frame(HEADERS, stream, b"\xff" * 40, END_HEADERS),
                 *[bytes([i]) * 900 for i in range(200)])
    client.expect_end("reset")
    carrier.until("an end", lambda: carrier.end)


# Floods

def flood(name, *make, times=40000):
    def body(world):
        victim, carrier, stream = world.session()
        carrier.answers = False
        pieces = [b"".join(f(stream) for f in make) * 100] * (times // 100)
        for piece in pieces:
            carrier.send(piece)
            carrier.read(0)
            if carrier.end:
                break
        carrier.expect_goaway(ENHANCE_YOUR_CALM)
        victim.expect_end("reset")
    body.__name__ = name.replace(" ", "_")
    case("floods", "carrier-lost")(body)


flood("settings flood", lambda s: settings(streams=100))
flood("ping flood", lambda s: frame(PING, payload=bytes(8)))
flood("flood of empty data", lambda s: frame(DATA, s))
flood("priority flood", lambda s: frame(PRIORITY, s, b"\0\0\0\0\1"))


@case("floods", "completed")
def floods_of_what_costs_nothing(world):
    """Neither is answered, nor does either leave anything behind."""
    client, carrier, stream = world.session()
    for _ in range(100):
        carrier.send((frame(0x77, stream) + window_update(stream, 1)) * 100)
    echo(client, carrier, stream)
    finish(client, carrier, stream)


@case("floods", "carrier-lost")
def a_ping_flood_that_never_reads_is_bounded(world):
    victim, carrier, stream = world.session()
    carrier.stuff(frame(PING, payload=bytes(8)) * 500, 64 << 20)
    victim.expect_end("reset")


@case("floods", "carrier-lost")
def settings_of_2400_entries(world):
    """CVE-2020-11080."""
    victim, carrier, stream = world.session()
    carrier.send(frame(SETTINGS, payload=b"\0\3\0\0\0\x64" * 2400))
    carrier.expect_goaway(ENHANCE_YOUR_CALM)
    victim.expect_end("reset")


@case("floods", "carrier-lost")
def a_flood_of_continuations(world):
    """CVE-2024-28182."""
    client = world.client()

    def script(carrier, stream):
        carrier.send(frame(HEADERS, stream, literal(b":status", b"200")))
        for _ in range(4000):
            carrier.send(frame(CONTINUATION, stream, literal(b"more", b"v" * 1000)))
            carrier.read(0)
            if carrier.end:
                break
        carrier.expect_closed()
        if any(g[1] not in (ENHANCE_YOUR_CALM, PROTOCOL_ERROR) for g in carrier.goaways):
            raise Unmet(f"came {carrier}")
    answer_all(world, client, script)


# Beginnings

@case("beginnings", "carrier-lost")
def http_1_instead_of_settings(world):
    client = world.client()
    carrier = world.accept()
    carrier.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    began = time.monotonic()
    client.expect_end("reset")
    if time.monotonic() - began > LEAST:
        raise Unmet("only the deadline told it")


@case("beginnings", "carrier-lost")
def another_frame_instead_of_settings(world):
    client = world.client()
    carrier = world.accept()
    carrier.send(frame(PING, payload=bytes(8)))
    carrier.expect_goaway(PROTOCOL_ERROR)
    client.expect_end("reset")


@case("beginnings", "handshake-timeout")
def no_settings_at_all_meets_a_deadline(world):
    client = world.client()
    began = time.monotonic()
    world.accept()
    client.expect_end("reset", within=LIMIT * 2.5)
    if time.monotonic() - began < LEAST:
        raise Unmet(f"told after {time.monotonic() - began:.3f} s")


@case("beginnings", "completed", "connect-timeout")
def an_answer_that_never_comes_meets_a_deadline(world):
    other, carrier, second = world.session()
    client = world.client()
    began = time.monotonic()
    stream = request(carrier)
    # The tunnel is given up, what else the carrier carries is not.
    client.expect_end("reset", within=LIMIT * 2.5)
    if time.monotonic() - began < LEAST:
        raise Unmet(f"told after {time.monotonic() - began:.3f} s")
    carrier.expect_reset(stream, CANCEL)
    echo(other, carrier, second)
    finish(other, carrier, second)


# Endings

@case("endings", "carrier-lost", "carrier-lost")
def a_cut_in_mid_stream_is_told_to_all(world):
    client, carrier, stream = world.session()
    other, _, second = world.session(carrier)
    carrier.data(stream, b"and then")
    carrier.cut()
    client.expect(b"and then")
    client.expect_end("reset")
    other.expect_end("reset")


@case("endings", "carrier-lost")
def an_orderly_tls_end_in_mid_stream_is_an_abort_all_the_same(world):
    client, carrier, stream = world.session()
    carrier.close()
    client.expect_end("reset")


@case("endings", "carrier-lost")
def a_reset_connection_is_told(world):
    client, carrier, stream = world.session()
    carrier.tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    carrier.tls.close()
    carrier.end = "reset"
    client.expect_end("reset")


if __name__ == "__main__":
    world = World(sys.argv[1], *map(int, sys.argv[3:]))
    run(sys.argv[2], world, world.neighbour())
