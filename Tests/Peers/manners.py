# SPDX-License-Identifier: Apache-2.0
# The well-behaved beside the hostile ones, on python-h2, which checks what it is sent.

import socket
import threading
import time

import h2.config
import h2.connection
import h2.events

from wire import PATIENCE, Unmet


class EchoServer:
    """Accepts tunnels on its own thread and sends back what comes."""

    def __init__(self, made, wrap, port):
        self.made, self.wrap = made, wrap
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        tls = self.wrap(self.made, connection, server_side=True)
        tls.settimeout(None)
        state = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=False, validate_inbound_headers=False))
        state.initiate_connection()
        tls.sendall(state.data_to_send())
        while True:
            bytes = tls.recv(65536)
            if not bytes:
                return
            for event in state.receive_data(bytes):
                if isinstance(event, h2.events.RequestReceived):
                    state.send_headers(event.stream_id, [(":status", "200")])
                elif isinstance(event, h2.events.DataReceived):
                    state.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id)
                    state.send_data(event.stream_id, event.data)
                elif isinstance(event, h2.events.StreamEnded):
                    state.end_stream(event.stream_id)
            tls.sendall(state.data_to_send())


class Plain:
    """A client in plaintext; `exchange` goes to an echo and back."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = 0

    def send(self, bytes):
        self.socket.sendall(bytes)

    def receive(self, count):
        """Exactly so many bytes."""
        got = b""
        while len(got) < count:
            try:
                bytes = self.socket.recv(count - len(got))
            except OSError as error:
                raise Unmet(f"a client got {len(got)} of {count} bytes, then {error!r}")
            if not bytes:
                raise Unmet(f"a client got {len(got)} of {count} bytes, then the end")
            got += bytes
        return got

    def expect(self, bytes):
        got = self.receive(len(bytes))
        if got != bytes:
            raise Unmet(f"a client got {got[:60]} instead of {bytes[:60]}")

    def expect_end(self, *kinds, within=PATIENCE):
        """Nothing more, and then the end: "reset" or "end"."""
        self.socket.settimeout(within)
        got, end = b"", None
        while not end:
            try:
                bytes = self.socket.recv(65536)
                got, end = got + bytes, None if bytes else "end"
            except ConnectionResetError:
                end = "reset"
            except TimeoutError:
                raise Unmet(f"a client was told nothing within {within} s")
        if got:
            raise Unmet(f"a client got {len(got)} bytes more: {got[:60]}")
        if end not in kinds:
            raise Unmet(f"a client was told {end} instead of {kinds}")

    def exchange(self):
        self.number += 1
        text = f"honest {self.number}".encode()
        self.send(text)
        self.expect(text)

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)
        self.expect_end("end")
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


class TunnelClient:
    """One tunnel on a connection of its own; `exchange` goes to an echo and back."""

    def __init__(self, tls, authority):
        self.tls, self.number, self.got = tls, 0, b""
        self.ended = False
        tls.settimeout(PATIENCE)
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(
            validate_outbound_headers=False))
        self.state.initiate_connection()
        self.state.send_headers(1, [(":method", "CONNECT"), (":authority", authority)])
        self.head = None
        self.until("an answer", lambda: self.head)
        if dict(self.head)[b":status"] != b"200":
            raise Unmet(f"the neighbour was refused: {self.head}")

    def until(self, what, found):
        deadline = time.monotonic() + PATIENCE
        self.tls.sendall(self.state.data_to_send())
        while not found():
            if time.monotonic() > deadline:
                raise Unmet(f"the neighbour waits for {what}")
            try:
                bytes = self.tls.recv(65536)
            except OSError as error:
                raise Unmet(f"the neighbour waits for {what}: {error!r}")
            if not bytes:
                raise Unmet(f"the neighbour's connection ended, not {what}")
            for event in self.state.receive_data(bytes):
                if isinstance(event, h2.events.ResponseReceived):
                    self.head = event.headers
                elif isinstance(event, h2.events.DataReceived):
                    self.got += event.data
                    self.state.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self.ended = True
                elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                    # A drain says so with NO_ERROR.
                    if event.error_code:
                        raise Unmet(f"the neighbour got {event}")
            self.tls.sendall(self.state.data_to_send())

    def exchange(self):
        self.number += 1
        text = f"honest {self.number}".encode()
        self.state.send_data(1, text)
        self.got = b""
        self.until(f"its own {text}", lambda: len(self.got) >= len(text))
        if self.got != text:
            raise Unmet(f"the neighbour sent {text} and got {self.got}")

    def finish(self):
        self.state.end_stream(1)
        self.until("the end", lambda: self.ended)
        self.tls.close()
