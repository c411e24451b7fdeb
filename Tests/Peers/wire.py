# SPDX-License-Identifier: Apache-2.0
# HTTP/2 in raw frames over TLS: sends what a case asks for, right or wrong, remembers what comes.

import select
import socket
import ssl
import struct
import time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE = range(9)
CONTINUATION = 9
KINDS = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
         "WINDOW_UPDATE", "CONTINUATION"]
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 2, 3, 4, 5

# RFC 9113 section 7, in its order.
CODES = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
         "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
         "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"]
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED,
 FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM,
 INADEQUATE_SECURITY, HTTP_1_1_REQUIRED) = CODES

PATIENCE = 5.0


class Unmet(Exception):
    """The other side did not do what it should."""


def number(code):
    return struct.pack("!I", CODES.index(code))


def frame(kind, stream=0, payload=b"", flags=0):
    head = struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream)
    return head + payload


def settings(**values):
    names = {"streams": MAX_CONCURRENT_STREAMS, "window": INITIAL_WINDOW_SIZE,
             "frame_size": MAX_FRAME_SIZE, "push": ENABLE_PUSH}
    pairs = [struct.pack("!HI", names[name], value) for name, value in values.items()]
    return frame(SETTINGS, payload=b"".join(pairs))


def goaway(last, code, debug=b""):
    return frame(GOAWAY, payload=struct.pack("!I", last) + number(code) + debug)


def reset(stream, code):
    return frame(RST_STREAM, stream, number(code))


def window_update(stream, bytes):
    return frame(WINDOW_UPDATE, stream, struct.pack("!I", bytes))


def literal(name, value):
    """A field as HPACK writes it without table and without Huffman (RFC 7541, 6.2.2)."""
    def text(of):
        return hpack.hpack.encode_integer(len(of), 7) + of
    return b"\x00" + text(name) + text(value)


class Carrier:
    """One end of an HTTP/2 connection that keeps no rule unless it is told to."""

    def __init__(self, tls, is_client):
        self.tls = tls
        tls.setblocking(False)
        self.is_client = is_client
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.rest = b""
        self.awaits_preface = not is_client
        self.answers = True        # acknowledges SETTINGS and PING
        self.gives_window = True   # for every DATA at once
        self.came = []             # for messages
        self.requests, self.heads, self.bodies = [], {}, {}
        self.ended, self.resets, self.goaways = set(), {}, []
        self.acknowledged, self.pings, self.windows = 0, set(), {}
        self.has_settings = False
        self.block = None
        self.end = None
        self.last_id = -1

    # Sending

    def send(self, *frames):
        """All of it; what comes meanwhile is read, so that two floods never wait for each other."""
        rest = memoryview(b"".join(frames))
        until = time.monotonic() + PATIENCE
        while len(rest) and not self.end:
            try:
                rest = rest[self.tls.send(rest):]
                until = time.monotonic() + PATIENCE
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                if time.monotonic() > until:
                    raise Unmet(f"nothing is taken any more; came {self}")
                self.read(0.05, writing=True)
            except (ConnectionError, ssl.SSLError) as error:
                return self.lost(error)

    def stuff(self, frames, limit):
        """At most `limit` bytes without reading any; stops when nothing is taken for a while."""
        sent, until = 0, time.monotonic() + 0.3
        rest = memoryview(frames)
        while sent < limit and time.monotonic() < until:
            try:
                count = self.tls.send(rest)
                sent, rest = sent + count, rest[count:] or memoryview(frames)
                until = time.monotonic() + 0.3
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                select.select([], [self.tls], [], 0.02)
            except (ConnectionError, ssl.SSLError):
                break
        return sent

    def start(self, *frames):
        self.send((PREFACE if self.is_client else b""), *(frames or (settings(),)))

    def next_id(self):
        self.last_id += 2
        return self.last_id

    def fields(self, pairs):
        return self.encoder.encode(pairs, huffman=True)

    def headers(self, stream, pairs, flags=0):
        return frame(HEADERS, stream, self.fields(pairs), END_HEADERS | flags)

    def connect(self, authority, *more):
        """A stream that asks for a tunnel; does not wait for the answer."""
        stream = self.next_id()
        self.send(self.headers(stream, [(":method", "CONNECT"), (":authority", authority), *more]))
        return stream

    def open(self, authority):
        stream = self.connect(authority)
        self.expect_status(stream, "200")
        return stream

    def data(self, stream, bytes=b"", end=False):
        self.send(frame(DATA, stream, bytes, END_STREAM if end else 0))

    # Reading

    def read(self, timeout, writing=False):
        """What there is, after waiting for it once."""
        if not self.tls.pending():
            select.select([self.tls], [self.tls] if writing else [], [], max(0, timeout))
        while not self.end:
            try:
                bytes = self.tls.recv(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except (ConnectionError, ssl.SSLError) as error:
                return self.lost(error)
            if not bytes:
                self.end = "closed"
                return
            self.take(bytes)
            return

    def lost(self, error):
        if isinstance(error, ssl.SSLEOFError):
            self.end = "truncated"
        elif isinstance(error, ssl.SSLError):
            self.end = f"alert {error}"
        else:
            self.end = "reset"

    def take(self, bytes):
        self.rest += bytes
        if self.awaits_preface:
            if len(self.rest) < len(PREFACE):
                return
            if not self.rest.startswith(PREFACE):
                raise Unmet(f"no preface but {self.rest[:40]}")
            self.rest, self.awaits_preface = self.rest[len(PREFACE):], False
        at = 0
        while len(self.rest) - at >= 9:
            length = int.from_bytes(self.rest[at:at + 3], "big")
            if len(self.rest) - at < 9 + length:
                break
            kind, flags = self.rest[at + 3], self.rest[at + 4]
            stream = int.from_bytes(self.rest[at + 5:at + 9], "big") & 0x7FFFFFFF
            payload = self.rest[at + 9:at + 9 + length]
            at += 9 + length
            self.handle(kind, flags, stream, payload)
        self.rest = self.rest[at:]

    def handle(self, kind, flags, stream, payload):
        name = KINDS[kind] if kind < len(KINDS) else f"frame {kind}"
        code = None
        if kind in (RST_STREAM, GOAWAY):
            at = 0 if kind == RST_STREAM else 4
            code = CODES[int.from_bytes(payload[at:at + 4], "big")]
        self.came.append(" ".join([name] + [str(it) for it in (stream, code) if it]))
        if kind == SETTINGS:
            if flags & ACK:
                self.acknowledged += 1
            else:
                self.has_settings = True
                self.settings = dict(struct.iter_unpack("!HI", payload))
                self.reply(frame(SETTINGS, flags=ACK))
        elif kind == PING:
            if flags & ACK:
                self.pings.add(payload)
            else:
                self.reply(frame(PING, payload=payload, flags=ACK))
        elif kind == DATA:
            self.bodies.setdefault(stream, bytearray()).extend(payload)
            if flags & END_STREAM:
                self.ended.add(stream)
            if payload and self.gives_window:
                self.send(window_update(0, len(payload)), window_update(stream, len(payload)))
        elif kind in (HEADERS, CONTINUATION):
            self.block = payload if kind == HEADERS else self.block + payload
            if flags & END_HEADERS:
                pairs = self.decoder.decode(self.block)
                self.heads.setdefault(stream, []).append(dict(pairs))
                self.requests.append(stream)
            if kind == HEADERS and flags & END_STREAM:
                self.ended.add(stream)
        elif kind == RST_STREAM:
            self.resets[stream] = code
        elif kind == GOAWAY:
            last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
            self.goaways.append((last, code, payload[8:].decode(errors="replace")))
        elif kind == WINDOW_UPDATE:
            more = int.from_bytes(payload, "big")
            self.windows[stream] = self.windows.get(stream, 0) + more

    def reply(self, bytes):
        if self.answers:
            self.send(bytes)

    def __str__(self):
        told = "".join(f" [{text}]" for _, _, text in self.goaways if text)
        return f"…{', '.join(self.came[-10:])}{told}; end: {self.end}"

    # Expecting

    def until(self, what, found, within=PATIENCE):
        """Reads until `found` answers something; hands that out."""
        until = time.monotonic() + within
        while True:
            answer = found()
            if answer:
                return answer
            left = until - time.monotonic()
            if self.end or left < 0:
                raise Unmet(f"no {what}; came {self}")
            self.read(left)

    def expect_goaway(self, *codes):
        """A connection error by one of these names, and then the end of the connection."""
        bad = self.until(f"GOAWAY {codes}", lambda: [g for g in self.goaways if g[1] != NO_ERROR])
        if bad[0][1] not in codes:
            raise Unmet(f"GOAWAY {bad[0][1]} instead of {codes}; came {self}")
        self.expect_closed()

    def expect_closed(self, within=PATIENCE):
        self.until("end of the connection", lambda: self.end, within)
        return self.end

    def expect_reset(self, stream, *codes):
        code = self.until(f"RST_STREAM {stream}", lambda: self.resets.get(stream))
        if codes and code not in codes:
            raise Unmet(f"RST_STREAM {code} instead of {codes}; came {self}")
        return code

    def expect_status(self, stream, status):
        head = self.until(f"HEADERS {stream}", lambda: self.heads.get(stream))[-1]
        if head.get(":status") != status:
            raise Unmet(f"status {head} instead of {status}; came {self}")
        return head

    def expect_data(self, stream, bytes, within=PATIENCE):
        """All that has come on the stream so far, exactly."""
        what = f"{len(bytes)} bytes on {stream}"
        self.until(what, lambda: self.count(stream) >= len(bytes), within)
        if self.bodies.get(stream, b"") != bytes:
            raise Unmet(f"other bytes on {stream}: {bytearray(self.bodies[stream])[:60]}")

    def count(self, stream):
        return len(self.bodies.get(stream, b""))

    def expect_ended(self, stream):
        self.until(f"END_STREAM {stream}", lambda: stream in self.ended)

    def expect_alive(self, within=PATIENCE):
        """By PING: everything that was sent before it has been read, too."""
        payload = struct.pack("!Q", len(self.pings) + 1)
        self.send(frame(PING, payload=payload))
        self.until("PING ACK", lambda: payload in self.pings, within)

    def expect_settings(self):
        self.until("SETTINGS", lambda: self.has_settings)
        self.until("SETTINGS ACK", lambda: self.acknowledged)

    # Ends

    def cut(self):
        """FIN, and none of the close_notify that TLS wants."""
        if not self.end:
            self.tls.setblocking(True)
        self.tls.close()

    def close(self):
        """An orderly end, and the other side's answer to it: it has noticed."""
        if not self.end:
            try:
                self.tls.settimeout(PATIENCE)
                self.tls.unwrap()
            except (OSError, ValueError):
                pass
        self.tls.close()


def context(role, certificates, identity, protocols=("h2",)):
    made = ssl.SSLContext(
        ssl.PROTOCOL_TLS_SERVER if role == "server" else ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(f"{certificates}/ca.pem")
    if identity:
        made.load_cert_chain(f"{certificates}/{identity}.pem", f"{certificates}/{identity}.key")
    if role == "server":
        made.verify_mode = ssl.CERT_REQUIRED
    if protocols:
        made.set_alpn_protocols(list(protocols))
    return made


def securely(made, connection, **more):
    """A ragged end is an end of its own kind."""
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made.wrap_socket(connection, suppress_ragged_eofs=False, **more)
