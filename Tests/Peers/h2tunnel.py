# SPDX-License-Identifier: Apache-2.0
# Either end of an HTTP/2 tunnel, written with python-h2: an implementation that shares nothing with ours.
#
#   h2tunnel.py originate PKI OWN PORT AUTHORITY    TCP clients become streams of one connection to PORT
#   h2tunnel.py terminate PKI OWN PORT              streams become TCP connections to PORT
#
# Both speak mutual TLS 1.3 with PKI/OWN.pem, and say on standard output where they listen and what happens.

import asyncio
import socket
import ssl
import struct
import sys

import h2.config
import h2.connection
import h2.errors
import h2.events

CONNECT_ERROR = h2.errors.ErrorCodes.CONNECT_ERROR
GOAWAY = 7


def say(text):
    print(text, flush=True)


class Carrier:
    """One HTTP/2 connection; its streams by their numbers."""

    def __init__(self, reader, writer, is_client):
        self.reader, self.writer = reader, writer
        # h2 4.1 does not know that a CONNECT has neither scheme nor path: what matters is checked below.
        config = h2.config.H2Configuration(
            client_side=is_client, validate_outbound_headers=False, validate_inbound_headers=False, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.held = b""
        self.preface = 0 if is_client else len("PRI * HTTP/2.0....SM....")
        self.streams = {}
        self.room = asyncio.Event()
        self.settings = asyncio.Event()

    async def flush(self):
        self.writer.write(self.h2.data_to_send())
        await self.writer.drain()

    async def run(self, serve=None):
        await self.flush()
        while data := await self.reader.read(65536):
            for event in self.h2.receive_data(self.without_goaway(data)):
                self.take(event, serve)
            await self.flush()
        say("connection ended")
        for stream in self.streams.values():
            stream.reset()

    def without_goaway(self, data):
        """Whole frames. To h2 a GOAWAY ends the connection at once; streams that it leaves alone must run on."""
        self.held += data
        passed, self.held = self.held[: self.preface], self.held[self.preface :]
        self.preface -= len(passed)
        while len(self.held) >= 9:
            size = 9 + int.from_bytes(self.held[:3], "big")
            if len(self.held) < size:
                break
            frame, self.held = self.held[:size], self.held[size:]
            if frame[3] == GOAWAY:
                last, error = struct.unpack("!II", frame[9:17])
                say(f"goaway last={last} error={error}")
            else:
                passed += frame
        return passed

    def take(self, event, serve):
        number = getattr(event, "stream_id", None)
        stream = self.streams.get(number)
        if isinstance(event, h2.events.RequestReceived):
            self.streams[number] = Stream(self, number)
            spawn(serve(self.streams[number], event.headers))
        elif isinstance(event, h2.events.ResponseReceived):
            say("answer " + " ".join(f"{name}={value}" for name, value in event.headers))
            stream.answer.set_result(dict(event.headers)[":status"])
        elif isinstance(event, h2.events.DataReceived):
            stream.arrived.put_nowait((event.data, event.flow_controlled_length))
        elif isinstance(event, h2.events.StreamEnded):
            stream.arrived.put_nowait("end")
        elif isinstance(event, h2.events.StreamReset):
            say(f"stream {number} reset with {event.error_code}")
            stream.reset()
        elif isinstance(event, h2.events.RemoteSettingsChanged):
            self.settings.set()
        if isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
            self.room.set()


class Stream:
    def __init__(self, carrier, number):
        self.carrier, self.number = carrier, number
        self.arrived = asyncio.Queue()
        self.answer = asyncio.get_running_loop().create_future()
        self.is_reset = False
        self.is_over = asyncio.Event()

    def reset(self):
        self.is_reset = True
        self.arrived.put_nowait("reset")
        self.carrier.room.set()

    async def send(self, data):
        h2, number = self.carrier.h2, self.number
        while data and not self.is_reset:
            room = min(h2.local_flow_control_window(number), h2.max_outbound_frame_size, len(data))
            if room == 0:
                self.carrier.room.clear()
                await self.carrier.room.wait()
                continue
            h2.send_data(number, data[:room])
            data = data[room:]
            await self.carrier.flush()

    async def from_tcp(self, reader):
        try:
            while data := await reader.read(65536):
                await self.send(data)
            if not self.is_reset:
                self.carrier.h2.end_stream(self.number)
        except ConnectionResetError:
            if not self.is_reset:
                self.carrier.h2.reset_stream(self.number, CONNECT_ERROR)
        await self.carrier.flush()

    async def to_tcp(self, writer):
        while True:
            arrived = await self.arrived.get()
            if arrived == "end":
                writer.write_eof()
                self.is_over.set()
            elif arrived == "reset":
                abort(writer)
                self.is_over.set()
                return
            else:
                data, counted = arrived
                writer.write(data)
                await writer.drain()
                self.carrier.h2.acknowledge_received_data(counted, self.number)
                await self.carrier.flush()

    async def relay(self, reader, writer):
        # It goes on after an end, which a reset may still follow.
        towards_tcp = spawn(self.to_tcp(writer))
        await asyncio.gather(self.from_tcp(reader), self.is_over.wait())
        towards_tcp.cancel()
        writer.close()


def abort(writer):
    """A RST, not a FIN."""
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


tasks = set()


def spawn(work):
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def tls(role, pki, own):
    context = ssl.SSLContext(role)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(f"{pki}/ca.pem")
    context.load_cert_chain(f"{pki}/{own}.pem", f"{pki}/{own}.key")
    context.set_alpn_protocols(["h2"])
    return context


def secured(writer):
    inner = writer.get_extra_info("ssl_object")
    names = [value for kind, value in inner.getpeercert().get("subjectAltName", ()) if kind == "URI"]
    say(f"secured {inner.version()} {inner.selected_alpn_protocol()} {' '.join(names)}")


async def originate(pki, own, port, authority):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port), ssl=tls(ssl.PROTOCOL_TLS_CLIENT, pki, own))
    secured(writer)
    carrier = Carrier(reader, writer, True)
    spawn(carrier.run())
    await carrier.settings.wait()

    async def client(reader, writer):
        stream = Stream(carrier, carrier.h2.get_next_available_stream_id())
        carrier.streams[stream.number] = stream
        carrier.h2.send_headers(stream.number, [(":method", "CONNECT"), (":authority", authority)])
        await carrier.flush()
        if await stream.answer != "200":
            abort(writer)
            return
        await stream.relay(reader, writer)

    return await asyncio.start_server(client, "127.0.0.1", 0)


async def terminate(pki, own, port):
    async def serve(stream, headers):
        say("request " + " ".join(f"{name}={value}" for name, value in headers))
        names = [name for name, _ in headers if name.startswith(":")]
        if names != [":method", ":authority"]:
            stream.carrier.h2.send_headers(stream.number, [(":status", "400")], end_stream=True)
            return await stream.carrier.flush()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        except OSError:
            words = 'python; error=connection_refused; details="nobody is there"'
            stream.carrier.h2.send_headers(stream.number, [(":status", "502"), ("proxy-status", words)], end_stream=True)
            return await stream.carrier.flush()
        stream.carrier.h2.send_headers(stream.number, [(":status", "200")])
        await stream.carrier.flush()
        await stream.relay(reader, writer)

    async def connection(reader, writer):
        secured(writer)
        await Carrier(reader, writer, False).run(serve)

    return await asyncio.start_server(connection, "127.0.0.1", 0, ssl=tls(ssl.PROTOCOL_TLS_SERVER, pki, own))


async def main(role, *words):
    server = await {"originate": originate, "terminate": terminate}[role](*words)
    say(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
