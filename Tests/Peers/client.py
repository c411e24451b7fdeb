# SPDX-License-Identifier: Apache-2.0
# Hostile originators against `attache terminate --accept`, one carrier or more a case.
#   client.py CERTIFICATES GROUP PORT      runs the cases against that port

import sys
import time

import manners
from cases import Nobody, case, run, wrong_windows
from wire import *

# As the test configures them: `refused` leads to a closed port.
ECHO, REFUSED, UNKNOWN = "echo.test:7", "refused.test:1", "other.test:7"
STREAMS, STREAM_WINDOW = 8, 65536
LEAST, LIMIT = 0.4, 1.0


class World:
    def __init__(self, certificates, port):
        self.certificates, self.port = certificates, port
        self.carriers = []

    def secure(self, identity="client", protocols=("h2",)):
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        made = context("client", self.certificates, identity, protocols)
        return securely(made, connection, server_hostname="localhost")

    def silent(self, **more):
        """A carrier that has not said anything yet."""
        self.carriers.append(Carrier(self.secure(**more), True))
        return self.carriers[-1]

    def carrier(self, *frames, **more):
        carrier = self.silent(**more)
        carrier.start(*frames)
        carrier.expect_settings()
        return carrier

    def tunnel(self):
        carrier = self.carrier()
        return carrier, carrier.open(ECHO)

    def neighbour(self):
        return manners.TunnelClient(self.secure(), ECHO)

    def tidy(self):
        for carrier in self.carriers:
            carrier.close()
        self.carriers = []


def echo(carrier, stream, text=b"to and fro"):
    before = bytes(carrier.bodies.get(stream, b""))
    carrier.data(stream, text)
    carrier.expect_data(stream, before + text)


def finish(carrier, stream):
    carrier.data(stream, end=True)
    carrier.expect_ended(stream)


# Beginnings

@case("beginnings", "handshake-timeout")
def half_a_preface_and_then_silence(world):
    carrier = world.silent()
    carrier.answers = False
    began = time.monotonic()
    carrier.send(PREFACE[:12])
    carrier.expect_closed(within=LIMIT * 2.5)
    if time.monotonic() - began < LEAST:
        raise Unmet(f"ended after {time.monotonic() - began:.3f} s")


@case("beginnings", "handshake-timeout")
def a_preface_without_settings(world):
    carrier = world.silent()
    carrier.answers = False
    began = time.monotonic()
    carrier.send(PREFACE)
    carrier.expect_closed(within=LIMIT * 2.5)
    if time.monotonic() - began < LEAST:
        raise Unmet(f"ended after {time.monotonic() - began:.3f} s")


@case("beginnings", "carrier-lost")
def http_1_instead_of_a_preface(world):
    carrier = world.silent()
    began = time.monotonic()
    carrier.send(b"GET / HTTP/1.1\r\nhost: echo.test\r\n\r\n")
    carrier.expect_closed()
    # RFC 9113 section 3.4: GOAWAY may be left out.
    if any(code != PROTOCOL_ERROR for _, code, _ in carrier.goaways):
        raise Unmet(f"came {carrier}")
    if time.monotonic() - began > LEAST:
        raise Unmet("only the deadline ended it")


@case("beginnings", "carrier-lost")
def another_frame_instead_of_settings(world):
    carrier = world.silent()
    carrier.send(PREFACE, frame(PING, payload=bytes(8)))
    carrier.expect_goaway(PROTOCOL_ERROR)


@case("beginnings", "completed")
def without_alpn_they_are_let_in(world):
    carrier = world.carrier(protocols=())
    stream = carrier.open(ECHO)
    echo(carrier, stream)
    finish(carrier, stream)


def turned_away(name, alert, reason, **more):
    def body(world):
        try:
            carrier = world.silent(**more)
            carrier.start()
            carrier.expect_closed()
            end = carrier.end
        except ssl.SSLError as error:
            end = str(error)
        except ConnectionError:
            end = "reset"
        if alert not in end.lower().replace("_", " "):
            raise Unmet(f"ended by {end}")
    body.__name__ = name.replace(" ", "_")
    case("beginnings", reason)(body)


turned_away("another protocol by alpn", "no application protocol", "handshake-failed",
            protocols=("http/1.1",))
turned_away("no certificate", "certificate required", "certificate-refused",
            identity=None)
turned_away("a certificate of somebody else", "unknown ca", "certificate-refused",
            identity="other-authority-client")


# Requests

def malformed(name, *fields):
    """RFC 9113 section 8.1.1: a stream error; the carrier lives."""
    def body(world):
        carrier, healthy = world.tunnel()
        stream = carrier.next_id()
        block = b"".join(literal(n.encode(), v.encode()) for n, v in fields)
        carrier.send(frame(HEADERS, stream, block, END_HEADERS))
        carrier.expect_reset(stream, PROTOCOL_ERROR)
        echo(carrier, healthy)
        finish(carrier, healthy)
    body.__name__ = name.replace(" ", "_")
    case("requests", "completed")(body)


METHOD, TO_ECHO = (":method", "CONNECT"), (":authority", ECHO)
malformed("connect with a path", METHOD, TO_ECHO, (":path", "/"))
malformed("connect with a scheme", METHOD, TO_ECHO, (":scheme", "https"))
malformed("connect with both", METHOD, (":scheme", "https"), TO_ECHO, (":path", "/"))
malformed("connect without authority", METHOD)
malformed("extended connect that was not offered", METHOD, (":protocol", "websocket"),
          (":scheme", "https"), (":path", "/"), TO_ECHO)
malformed("two authorities", METHOD, TO_ECHO, (":authority", "other.test:1"))
malformed("pseudo field behind another", METHOD, ("a", "b"), TO_ECHO)
malformed("upper case in a name", METHOD, TO_ECHO, ("Upper", "case"))
malformed("field of a connection", METHOD, TO_ECHO, ("connection", "keep-alive"))
malformed("line end in a value", METHOD, TO_ECHO, ("a", "b\r\nc: d"))


def refused(name, status, reasons, *fields, proxy_status=None, flags=0):
    """Answered by a status that ends the stream; the carrier lives."""
    def body(world):
        carrier, healthy = world.tunnel()
        stream = carrier.next_id()
        carrier.send(carrier.headers(stream, fields, flags))
        head = carrier.expect_status(stream, status)
        carrier.expect_ended(stream)
        if carrier.count(stream):
            raise Unmet(f"a body came: {carrier}")
        if proxy_status and not (head.get("proxy-status", "").startswith("attache;")
                                 and f"error={proxy_status}" in head["proxy-status"]):
            raise Unmet(f"proxy-status of {head}")
        echo(carrier, healthy)
        finish(carrier, healthy)
    body.__name__ = name.replace(" ", "_")
    case("requests", "completed", *reasons)(body)


refused("get", "405", ["method-refused"], (":method", "GET"), (":scheme", "https"),
        (":path", "/"), TO_ECHO, flags=END_STREAM)
refused("an authority that is not allowed", "403", ["authority-refused"], METHOD,
        (":authority", UNKNOWN), proxy_status="http_request_denied")
refused("an authority with a prefix", "403", ["authority-refused"], METHOD,
        (":authority", "user@" + ECHO), proxy_status="http_request_denied")
refused("a target that refuses", "502", ["connect-failed"], METHOD, (":authority", REFUSED),
        proxy_status="connection_refused")
refused("headers of 17 kib", "431", ["headers-too-large"], METHOD, TO_ECHO,
        *[(f"x-{i}", "v" * 1000) for i in range(17)])


@case("requests", "completed", "headers-too-large")
def a_header_bomb(world):
    """One field in the table, named thousands of times: 4 KiB become 16 MiB."""
    carrier, healthy = world.tunnel()
    stream = carrier.next_id()
    long = hpack.hpack.encode_integer(4000, 7) + b"v" * 4000
    bomb = literal(b":method", b"CONNECT") + literal(b":authority", ECHO.encode()) \
        + b"\x40\x01x" + long + b"\xbe" * 4096
    carrier.send(frame(HEADERS, stream, bomb, END_HEADERS))
    carrier.expect_status(stream, "431")
    echo(carrier, healthy)
    finish(carrier, healthy)


@case("requests", "completed")
def an_authority_in_capitals_is_the_same(world):
    carrier = world.carrier()
    stream = carrier.open(ECHO.upper())
    echo(carrier, stream)
    finish(carrier, stream)


# Streams

@case("streams", "completed")
def data_before_our_answer_waits_for_the_dial(world):
    """All in one flight: nothing of it can have been answered."""
    carrier = world.carrier()
    stream = carrier.next_id()
    pieces = [bytes([i]) * 1000 for i in range(40)]
    carrier.send(carrier.headers(stream, [METHOD, TO_ECHO]),
                 *[frame(DATA, stream, piece) for piece in pieces],
                 frame(DATA, stream, b"", END_STREAM))
    carrier.expect_status(stream, "200")
    carrier.expect_data(stream, b"".join(pieces))
    carrier.expect_ended(stream)


@case("streams", "completed", "connect-failed")
def data_before_a_refusal_goes_nowhere(world):
    carrier, healthy = world.tunnel()
    stream = carrier.next_id()
    carrier.send(carrier.headers(stream, [METHOD, (":authority", REFUSED)]),
                 *[frame(DATA, stream, bytes(1000))] * 40)
    carrier.expect_status(stream, "502")
    echo(carrier, healthy)
    finish(carrier, healthy)


@case("streams", "...")
def more_streams_than_allowed(world):
    carrier = world.carrier()
    if carrier.settings.get(MAX_CONCURRENT_STREAMS) != STREAMS:
        raise Unmet(f"settings {carrier.settings}")
    for _ in range(STREAMS):
        carrier.open(ECHO)
    # PROTOCOL_ERROR or REFUSED_STREAM of the stream (RFC 9113 section 5.1.2); nghttp2 ends the
    # connection of a client that has acknowledged the bound.
    stream = carrier.connect(ECHO)
    carrier.until("an error", lambda: carrier.goaways or carrier.resets.get(stream))
    if carrier.goaways:
        carrier.expect_goaway(PROTOCOL_ERROR)
    else:
        carrier.expect_reset(stream, PROTOCOL_ERROR, REFUSED_STREAM)


@case("streams", "client-reset", "completed")
def a_reset_ends_its_stream_alone(world):
    carrier, victim = world.tunnel()
    other = carrier.open(ECHO)
    echo(carrier, victim)
    carrier.send(reset(victim, CANCEL))
    echo(carrier, other)
    finish(carrier, other)


@case("streams", "...")
def a_rapid_reset(world):
    """CVE-2023-44487."""
    carrier = world.carrier()
    for _ in range(100):
        for _ in range(50):
            stream = carrier.next_id()
            carrier.send(carrier.headers(stream, [METHOD, TO_ECHO]) + reset(stream, CANCEL))
        carrier.read(0)
        if carrier.end:
            break
    # RFC 9113 section 10.5 would call it ENHANCE_YOUR_CALM; nghttp2's own bound says the other.
    carrier.expect_goaway(ENHANCE_YOUR_CALM, INTERNAL_ERROR)


@case("streams", "...")
def resets_that_we_are_made_to_send(world):
    """MadeYouReset, CVE-2025-8671: each stream is opened well and then broken."""
    carrier = world.carrier()
    for _ in range(100):
        for _ in range(50):
            stream = carrier.next_id()
            carrier.send(carrier.headers(stream, [METHOD, TO_ECHO]),
                         window_update(stream, 2**31 - 1))
        carrier.read(0)
        if carrier.end:
            break
    carrier.expect_closed()


@case("streams", "completed")
def a_goaway_of_the_client_lets_its_streams_finish(world):
    carrier, stream = world.tunnel()
    carrier.send(goaway(0, NO_ERROR))
    echo(carrier, stream)
    finish(carrier, stream)


@case("streams", "completed")
def frames_of_unknown_kinds_are_ignored(world):
    carrier, stream = world.tunnel()
    carrier.send(frame(0x77, 0, b"what"), frame(0xBB, stream, b"is this", 0xFF),
                 frame(SETTINGS, payload=b"\x7f\x7f\0\0\0\1"))
    echo(carrier, stream)
    finish(carrier, stream)


# Windows

@case("windows", "completed", "completed")
def a_window_that_never_opens_is_no_error(world):
    carrier = world.carrier(settings(window=0))
    carrier.gives_window = False
    stalled = carrier.open(ECHO)
    text = bytes(i * 7 % 251 for i in range(STREAM_WINDOW))
    carrier.send(*[frame(DATA, stalled, text[i:i + 16384]) for i in range(0, len(text), 16384)])
    carrier.expect_alive()
    other = carrier.open(ECHO)
    carrier.send(window_update(other, 1000))
    echo(carrier, other)
    if carrier.count(stalled):
        raise Unmet(f"{carrier.count(stalled)} bytes against a window of zero")
    carrier.send(window_update(stalled, 1 << 20), window_update(0, 1 << 20))
    carrier.expect_data(stalled, text)
    finish(carrier, stalled)
    finish(carrier, other)


@case("windows", "client-reset")
def more_than_the_window_is_a_flow_control_error(world):
    carrier = world.carrier(settings(window=0))
    stream = carrier.open(ECHO)
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


# Frames

def breaks(name, codes, *make):
    """Frames that nobody may send end the connection, and the session that it carried."""
    def body(world):
        carrier, stream = world.tunnel()
        carrier.send(*[f(stream) for f in make])
        carrier.expect_goaway(*codes)
    body.__name__ = name.replace(" ", "_")
    case("frames", "carrier-lost")(body)


def harms(name, codes, *make):
    """The same where only the stream ends."""
    def body(world):
        carrier, stream = world.tunnel()
        carrier.send(*[f(stream) for f in make])
        carrier.expect_reset(stream, *codes)
        carrier.expect_alive()
    body.__name__ = name.replace(" ", "_")
    case("frames", "client-reset")(body)


REQUEST = literal(b":method", b"CONNECT") + literal(b":authority", ECHO.encode())
wrong_windows(breaks, harms)
breaks("an even stream", [PROTOCOL_ERROR], lambda s: frame(HEADERS, s + 1, REQUEST, END_HEADERS))
breaks("data on a stream that nobody opened", [PROTOCOL_ERROR], lambda s: frame(DATA, s + 20, b"x"))
breaks("reset of a stream that nobody opened", [PROTOCOL_ERROR], lambda s: reset(s + 20, CANCEL))
# After END_STREAM a frame is a stream error by RFC 9113 section 5.1; nghttp2 ends the connection.
breaks("data after the end", [STREAM_CLOSED],
       lambda s: frame(DATA, s, b"", END_STREAM) + frame(DATA, s, b"more"))
breaks("headers after the end", [STREAM_CLOSED],
       lambda s: frame(DATA, s, b"", END_STREAM) + frame(HEADERS, s, REQUEST, END_HEADERS))
breaks("a frame larger than allowed", [FRAME_SIZE_ERROR], lambda s: frame(DATA, s, bytes(16385)))
breaks("settings of a broken length", [FRAME_SIZE_ERROR],
       lambda s: frame(SETTINGS, payload=b"12345"))
breaks("settings on a stream", [PROTOCOL_ERROR], lambda s: frame(SETTINGS, s))
breaks("settings with a frame size below the least", [PROTOCOL_ERROR],
       lambda s: settings(frame_size=10))
breaks("an acknowledgement with content", [FRAME_SIZE_ERROR],
       lambda s: frame(SETTINGS, payload=bytes(6), flags=ACK))
breaks("ping of a wrong length", [FRAME_SIZE_ERROR], lambda s: frame(PING, payload=bytes(7)))
breaks("ping on a stream", [PROTOCOL_ERROR], lambda s: frame(PING, s, bytes(8)))
breaks("reset of a wrong length", [FRAME_SIZE_ERROR], lambda s: frame(RST_STREAM, s, bytes(3)))
breaks("a push from a client", [PROTOCOL_ERROR],
       lambda s: frame(PUSH_PROMISE, s, b"\0\0\0\2" + REQUEST, END_HEADERS))
breaks("padding longer than its frame", [PROTOCOL_ERROR],
       lambda s: frame(DATA, s, b"\xffshort", PADDED))
breaks("continuation of nothing", [PROTOCOL_ERROR],
       lambda s: frame(CONTINUATION, s, b"", END_HEADERS))
breaks("a frame inside a header block", [PROTOCOL_ERROR],
       lambda s: frame(HEADERS, s + 2, REQUEST) + frame(PING, payload=bytes(8)))
breaks("headers that do not decode", [COMPRESSION_ERROR],
       lambda s: frame(HEADERS, s + 2, b"\xff\xff\xff\xff\xff\xff", END_HEADERS))


@case("frames", "?")
def trailers_do_not_belong_in_a_tunnel(world):
    """RFC 9113 section 8.5: any frame but DATA and the stream's own is a stream error."""
    carrier, stream = world.tunnel()
    carrier.send(carrier.headers(stream, [("grpc-status", "0")], END_STREAM))
    carrier.expect_reset(stream, PROTOCOL_ERROR)
    carrier.expect_alive()


@case("frames", "carrier-lost")
def garbage_after_our_goaway_is_not_read(world):
    """CVE-2026-27135: nghttp2 must not be fed any more."""
    carrier, stream = world.tunnel()
    carrier.send(window_update(0, 2**31 - 1), window_update(0, 0), frame(SETTINGS, payload=b"1"),
                 frame(HEADERS, stream + 2, b"\xff" * 40, END_HEADERS),
                 *[bytes([i]) * 900 for i in range(200)])
    carrier.expect_closed()


# Floods

def flood(name, *make, times=40000):
    def body(world):
        carrier, stream = world.tunnel()
        carrier.answers = False
        piece = b"".join(f(stream) for f in make) * 100
        for _ in range(times // 100):
            carrier.send(piece)
            carrier.read(0)
            if carrier.end:
                break
        carrier.expect_goaway(ENHANCE_YOUR_CALM)
    body.__name__ = name.replace(" ", "_")
    case("floods", "carrier-lost")(body)


flood("settings flood", lambda s: settings(streams=100))
flood("ping flood", lambda s: frame(PING, payload=bytes(8)))
flood("flood of empty data", lambda s: frame(DATA, s))
flood("priority flood", lambda s: frame(PRIORITY, s, b"\0\0\0\0\1"))


@case("floods", "completed")
def floods_of_what_costs_nothing(world):
    """Neither is answered, nor does either leave anything behind."""
    carrier, stream = world.tunnel()
    for _ in range(100):
        carrier.send((frame(0x77, stream) + window_update(stream, 1)) * 100)
    echo(carrier, stream)
    finish(carrier, stream)


@case("floods", "carrier-lost")
def a_ping_flood_that_never_reads_is_bounded(world):
    carrier, stream = world.tunnel()
    carrier.stuff(frame(PING, payload=bytes(8)) * 500, 64 << 20)
    carrier.expect_closed()


@case("floods", "carrier-lost")
def settings_of_2400_entries(world):
    """CVE-2020-11080."""
    carrier, stream = world.tunnel()
    carrier.send(frame(SETTINGS, payload=b"\0\3\0\0\0\x64" * 2400))
    carrier.expect_goaway(ENHANCE_YOUR_CALM)


@case("floods", "carrier-lost")
def a_flood_of_continuations(world):
    """CVE-2024-28182."""
    carrier, _ = world.tunnel()
    stream = carrier.next_id()
    carrier.send(frame(HEADERS, stream, REQUEST))
    for _ in range(4000):
        carrier.send(frame(CONTINUATION, stream, literal(b"more", b"v" * 1000)))
        carrier.read(0)
        if carrier.end:
            break
    carrier.expect_closed()
    if any(code not in (ENHANCE_YOUR_CALM, PROTOCOL_ERROR) for _, code, _ in carrier.goaways):
        raise Unmet(f"came {carrier}")


# Endings

@case("endings", "carrier-lost", "carrier-lost")
def a_cut_in_mid_stream_ends_all_its_sessions(world):
    carrier, stream = world.tunnel()
    other = carrier.open(ECHO)
    echo(carrier, stream)
    echo(carrier, other)
    carrier.cut()


@case("endings", "carrier-lost")
def an_orderly_tls_end_in_mid_stream_is_an_abort_all_the_same(world):
    carrier, stream = world.tunnel()
    echo(carrier, stream)
    carrier.close()


@case("endings", "carrier-lost")
def a_reset_connection_ends_its_session(world):
    carrier, stream = world.tunnel()
    echo(carrier, stream)
    carrier.tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    carrier.tls.close()
    carrier.end = "reset"


@case("drain", "completed", "carrier-lost")
def garbage_while_it_drains(world):
    """Both steps of a drain come; then one carrier misbehaves and one finishes its stream."""
    rude, lost = world.tunnel()
    polite, stream = world.tunnel()
    print("ready", flush=True)
    for carrier in (rude, polite):
        carrier.until("first GOAWAY", lambda: carrier.goaways)
        carrier.until("second GOAWAY", lambda: carrier.goaways[-1][0] != 2**31 - 1)
        if carrier.goaways[0][:2] != (2**31 - 1, NO_ERROR) \
                or carrier.goaways[-1][:2] != (1, NO_ERROR):
            raise Unmet(f"{carrier.goaways}")
    rude.send(*[bytes([i]) * 900 for i in range(200)])
    rude.expect_closed()
    echo(polite, stream)
    finish(polite, stream)
    polite.expect_closed()


if __name__ == "__main__":
    world = World(sys.argv[1], int(sys.argv[3]))
    # python-h2 sends no more on a connection that has got GOAWAY.
    run(sys.argv[2], world, Nobody() if sys.argv[2] == "drain" else world.neighbour())
