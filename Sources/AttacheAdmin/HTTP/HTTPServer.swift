// SPDX-License-Identifier: Apache-2.0
// The edge to libevent: its loop, its HTTP server and the callbacks, with what they may rely on.

import AttacheCore
import CEvent

/// Serves one listening socket until its bell rings.
///
/// Invariants, which all pointers here live by:
/// - One thread: whoever makes it hands it whole to the thread that calls `serve()`; only the bell
///   is rung by others. libevent is used without its locks.
/// - `serve()` frees everything before it returns, and callbacks run inside it only, so their
///   unretained `self` is alive.
/// - evhttp owns its requests; one that `gencb` hands over lives until its reply is sent.
final class HTTPServer {
    struct OutOfMemory: Error {}

    private let base: OpaquePointer
    private let http: OpaquePointer
    private let listener: OpaquePointer
    private let bell: Bell
    private var bellEvent: OpaquePointer?
    private var sweepEvent: OpaquePointer?
    private let connections: Connections
    private let answer: (Request) -> Reply
    private var isEnding = false

    /// `socket` listens already and is closed by its owner, after `serve()`.
    init(
        socket: Int32, bell: Bell, limits: AdminLimits, answer: @escaping (Request) -> Reply
    ) throws(OutOfMemory) {
        event_set_log_callback { _, _ in }  // It would write to stderr, where our lines stand.
        guard let base = event_base_new() else { throw OutOfMemory() }
        guard let http = evhttp_new(base) else {
            event_base_free(base)
            throw OutOfMemory()
        }
        // Backlog 0: it listens already.
        let listener = evconnlistener_new(
            base, nil, nil, UInt32(LEV_OPT_CLOSE_ON_EXEC), 0, socket)
        guard let listener, evhttp_bind_listener(http, listener) != nil else {
            if let listener { evconnlistener_free(listener) }
            evhttp_free(http)
            event_base_free(base)
            throw OutOfMemory()
        }
        self.base = base
        self.http = http
        self.listener = listener
        self.bell = bell
        self.answer = answer
        connections = Connections(limits)
    }

    func serve() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        evhttp_set_max_headers_size(http, AdminLimits.headerBytesMax)
        evhttp_set_max_body_size(http, AdminLimits.bodyBytesMax)
        // All it knows: a method that a path has not is answered by 405 and what it has instead.
        evhttp_set_allowed_methods(http, 0x1ff)
        evhttp_set_bevcb(http, connectionBegins, context)
        evhttp_set_gencb(http, requestArrives, context)
        evconnlistener_set_error_cb(listener, acceptFails)
        bellEvent = event_new(base, bell.raw, Int16(EV_READ | EV_PERSIST), bellRings, context)
        sweepEvent = event_new(base, -1, Int16(EV_PERSIST), sweepIsDue, context)
        if let bellEvent, sweepEvent != nil {
            event_add(bellEvent, nil)
            event_base_dispatch(base)
        }
        evhttp_free(http)
        connections.forgetAll()
        if let bellEvent { event_free(bellEvent) }
        if let sweepEvent { event_free(sweepEvent) }
        event_base_free(base)
    }

    // MARK: what the callbacks do

    fileprivate func begin(_ base: OpaquePointer?) -> OpaquePointer? {
        // Places of those that have just ended are free.
        connections.sweep()
        let connection = connections.admit(base)
        pace()
        return connection
    }

    fileprivate func reply(to request: OpaquePointer) {
        let asked = Self.request(request)
        var reply = answer(asked)
        if connections.unreadBytes + reply.body.utf8.count > AdminLimits.unreadBytesMax {
            reply = .said(
                "others have not read their answers yet; try again, or ask for less by ?limit=N",
                .unavailable, to: asked)
        }
        connections.answered(evhttp_request_get_connection(request))
        Self.send(reply, isHead: asked.method == "HEAD", to: request)
    }

    fileprivate func sweep() {
        connections.sweep()
        pace()
        if isEnding && connections.isEmpty { event_base_loopbreak(base) }
    }

    /// What has been answered may still be on its way: told that a drain begins, the operator would
    /// otherwise see the end first.
    fileprivate func end() {
        bell.hush()
        isEnding = true
        connections.hurry()
        pace()
        if connections.isEmpty { event_base_loopbreak(base) }
    }

    /// Descriptors have run out: accepting again at once would spin.
    fileprivate func pause() {
        evconnlistener_disable(listener)
        startSweeping()
    }

    private func pace() {
        if isEnding || connections.isFull {
            evconnlistener_disable(listener)
        } else {
            evconnlistener_enable(listener)
        }
        if connections.isEmpty && !isEnding {
            if let sweepEvent { event_del(sweepEvent) }
        } else {
            startSweeping()
        }
    }

    private func startSweeping() {
        guard let sweepEvent, event_pending(sweepEvent, Int16(EV_TIMEOUT), nil) == 0 else { return }
        var pause = timeval(tv_sec: 0, tv_usec: AdminLimits.sweepMicroseconds)
        event_add(sweepEvent, &pause)
    }
}

// MARK: evhttp's requests as values

extension HTTPServer {
    private static func request(_ request: OpaquePointer) -> Request {
        let headers = evhttp_request_get_input_headers(request)
        let accept = headers.flatMap { evhttp_find_header($0, "Accept") }
        return Request(
            method: method(evhttp_request_get_command(request)),
            target: evhttp_request_get_uri(request).map { String(cString: $0) } ?? "",
            accept: accept.map { String(cString: $0) } ?? "")
    }

    private static func method(_ command: evhttp_cmd_type) -> String {
        switch command {
        case EVHTTP_REQ_GET: "GET"
        case EVHTTP_REQ_HEAD: "HEAD"
        case EVHTTP_REQ_POST: "POST"
        default: "this method"
        }
    }

    private static func send(_ reply: Reply, isHead: Bool, to request: OpaquePointer) {
        var body = reply.body
        let headers = evhttp_request_get_output_headers(request)
        func add(_ name: String, _ value: String) { evhttp_add_header(headers, name, value) }
        add("Content-Type", reply.contentType)
        add("Content-Length", String(body.utf8.count))
        add("Cache-Control", "no-store")
        // One request a connection: nobody holds a place longer than his answer takes.
        add("Connection", "close")
        if let allow = reply.allow { add("Allow", allow) }
        let buffer = evhttp_request_get_output_buffer(request)
        if !isHead {
            body.withUTF8 { _ = evbuffer_add(buffer, $0.baseAddress, $0.count) }
        }
        evhttp_send_reply(request, reply.status.rawValue, reply.status.reason, nil)
    }
}

// MARK: callbacks; global functions, as only they convert to C without an actor's checks

private func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
    context.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue() }
}

private func connectionBegins(
    _ base: OpaquePointer?, _ context: UnsafeMutableRawPointer?
) -> OpaquePointer? {
    server(context)?.begin(base)
}

private func requestArrives(_ request: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    if let request { server(context)?.reply(to: request) }
}

private func bellRings(_: Int32, _: Int16, _ context: UnsafeMutableRawPointer?) {
    server(context)?.end()
}

private func sweepIsDue(_: Int32, _: Int16, _ context: UnsafeMutableRawPointer?) {
    server(context)?.sweep()
}

private func acceptFails(_: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    server(context)?.pause()
}
