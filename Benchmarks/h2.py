# SPDX-License-Identifier: Apache-2.0
# The least of HTTP/2 that either end of a tunnel needs, for check.py: blocking, for few bytes. Header blocks are decoded
# by libnghttp2; all else stands here, so that no proxy of the comparison vouches for itself.

import contextlib
import ctypes
import struct

DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
OK = b"\x88"  # :status 200, of the static table


class Field(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("value", ctypes.c_void_p),
        ("name_length", ctypes.c_size_t), ("value_length", ctypes.c_size_t), ("flags", ctypes.c_uint8)]


class Decoder:
    """Of the header blocks of one direction of a connection."""

    FINAL, EMIT = 1, 2

    def __init__(self):
        self.library = ctypes.CDLL("libnghttp2.so.14")
        self.library.nghttp2_hd_inflate_hd2.restype = ctypes.c_ssize_t
        self.inflater = ctypes.c_void_p()
        self.library.nghttp2_hd_inflate_new(ctypes.byref(self.inflater))

    def __call__(self, block):
        """A dict of bytes; of a name that comes twice the last value."""
        found, field, flags = {}, Field(), ctypes.c_int()
        while True:
            took = self.library.nghttp2_hd_inflate_hd2(
                self.inflater, ctypes.byref(field), ctypes.byref(flags), block, ctypes.c_size_t(len(block)), 1)
            if took < 0:
                raise ConnectionError(f"a header block cannot be decoded ({took})")
            block = block[took:]
            if flags.value & self.EMIT:
                found[ctypes.string_at(field.name, field.name_length)] = ctypes.string_at(field.value, field.value_length)
            if flags.value & self.FINAL:
                self.library.nghttp2_hd_inflate_end_headers(self.inflater)
                return found

    def close(self):
        self.library.nghttp2_hd_inflate_del(self.inflater)


class Carrier:
    """An HTTP/2 connection over an open one."""

    def __init__(self, connection, is_client):
        self.connection, self.decode = connection, Decoder()
        if is_client:
            connection.sendall(PREFACE)
        elif self.exactly(len(PREFACE)) != PREFACE:
            raise ConnectionError("this is no HTTP/2")
        self.send(SETTINGS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.decode.close()

    def exactly(self, length):
        got = b""
        while len(got) < length:
            more = self.connection.recv(length - len(got))
            if not more:
                raise ConnectionError("the connection ended")
            got += more
        return got

    def send(self, kind, flags=0, stream=0, payload=b""):
        self.connection.sendall(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload)

    def ask(self, stream, authority):
        """A classic CONNECT: literals that nobody needs to remember, with the names of the static table."""
        text = lambda name, value: bytes([name, len(value)]) + value
        self.send(HEADERS, END_HEADERS, stream, text(2, b"CONNECT") + text(1, authority.encode()))

    def frames(self):
        """`(kind, flags, stream, payload)` of what concerns streams; the rest is answered here. Ends with the connection."""
        with contextlib.suppress(ConnectionError):
            while True:
                head = self.exactly(9)
                kind, flags, stream = struct.unpack(">BBI", head[3:])
                payload = self.exactly(int.from_bytes(head[:3], "big"))
                if kind in (DATA, HEADERS) and flags & PADDED:
                    payload = payload[1 : len(payload) - payload[0]]
                if kind == HEADERS and flags & PRIORITY:
                    payload = payload[5:]
                if kind in (SETTINGS, PING) and not flags & ACK:
                    self.send(kind, ACK, 0, payload if kind == PING else b"")
                elif kind == DATA and payload:
                    for some in (0, stream):
                        self.send(WINDOW_UPDATE, 0, some, struct.pack(">I", len(payload)))
                if kind in (DATA, HEADERS, RESET):
                    yield kind, flags, stream, payload


def echo(connection, asked):
    """A service at the far end of a tunnel that says everything back; what it was asked for goes into `asked`."""
    with Carrier(connection, is_client=False) as carrier:
        for kind, flags, stream, payload in carrier.frames():
            if kind == HEADERS:
                asked.append(carrier.decode(payload))
                carrier.send(HEADERS, END_HEADERS, stream, OK)
            elif kind == DATA:
                carrier.send(DATA, flags & END_STREAM, stream, payload)


def exchange(connection, authority, payload, sessions):
    """Sends `payload` through so many tunnels, one after the other, and then their ends; whether all came back."""
    with Carrier(connection, is_client=True) as carrier:
        streams = range(1, 2 * sessions, 2)
        for stream in streams:
            carrier.ask(stream, authority)
        got, ended = {stream: b"" for stream in streams}, set()
        for kind, flags, stream, some in carrier.frames():
            if kind == HEADERS and carrier.decode(some).get(b":status") == b"200" and not flags & END_STREAM:
                carrier.send(DATA, END_STREAM, stream, payload)
            elif kind == DATA:
                got[stream] += some
                ended |= {stream} if flags & END_STREAM else set()
            else:
                return False
            if ended == set(streams):
                return set(got.values()) == {payload}
    return False
