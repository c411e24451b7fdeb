// SPDX-License-Identifier: Apache-2.0
// One nghttp2 session: bytes in, frames out, no socket.

import CNghttp2

/// Whoever calls `receive` or `drain` acts on the inbox afterwards: callbacks only record.
final class FrameSession {
    /// Ours from init to deinit.
    private let raw: OpaquePointer

    /// nil: no memory. `inbox` must outlive this.
    init?(_ role: TLSRole, _ inbox: CarrierInbox, _ settings: CarrierSettings) {
        guard let callbacks = frameCallbacks() else { return nil }
        defer { nghttp2_session_callbacks_del(callbacks) }
        var options: OpaquePointer?
        guard nghttp2_option_new(&options) == 0 else { return nil }
        defer { nghttp2_option_del(options) }
        nghttp2_option_set_no_auto_window_update(options, 1)
        // Kept for a priority tree that nobody uses.
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_stream_reset_rate_limit(
            options, UInt64(Limits.streamResetsBurst), UInt64(Limits.streamResetsPerSecond))
        var session: OpaquePointer?
        let user = Unmanaged.passUnretained(inbox).toOpaque()
        let made =
            role == .server
            ? nghttp2_session_server_new2(&session, callbacks, user, options)
            : nghttp2_session_client_new2(&session, callbacks, user, options)
        guard made == 0, let session else { return nil }
        raw = session
        introduce(role, settings)
    }

    deinit { nghttp2_session_del(raw) }

    private func introduce(_ role: TLSRole, _ settings: CarrierSettings) {
        var entries = [
            Self.entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindow),
            Self.entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, Limits.headerListBytesMax),
            Self.entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        if role == .server {
            entries.append(
                Self.entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.streamsMax))
        } else {
            entries.append(Self.entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        nghttp2_submit_settings(raw, none, entries, entries.count)
        nghttp2_session_set_local_window_size(
            raw, none, 0, Int32(clamping: settings.connectionWindow))
    }

    private static func entry(
        _ id: nghttp2_settings_id, _ value: Int
    ) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }

    private let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)

    // MARK: bytes

    /// Why frames cannot be read any more: what the peer is told, and what people are.
    struct Broken {
        let code: StreamError
        let message: String
    }

    /// Reads frames; nil: it may go on.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Broken? {
        let read = nghttp2_session_mem_recv(
            raw, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        if read >= 0 { return nil }
        let code: StreamError =
            switch nghttp2_error(Int32(read)) {
            case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS: .enhanceYourCalm
            case NGHTTP2_ERR_BAD_CLIENT_MAGIC: .protocolError
            default: .internalError
            }
        return Broken(code: code, message: String(cString: nghttp2_strerror(Int32(read))))
    }

    /// Makes the frames that may be made now; DATA goes to the record by its callback.
    func drain(into record: FrameRecord, for end: TLSEnd) {
        var bytes: UnsafePointer<UInt8>?
        while true {
            // Valid until the next call.
            let count = nghttp2_session_mem_send(raw, &bytes)
            guard count > 0, let bytes else { return }
            record.append(bytes, count, for: end)
        }
    }

    /// Nothing more will be read nor written: GOAWAY has gone one way or the other, and every
    /// stream has ended.
    var isOver: Bool {
        nghttp2_session_want_read(raw) == 0 && nghttp2_session_want_write(raw) == 0
    }

    // MARK: streams

    /// The id of the new stream; nil: this connection has no more.
    func request(_ fields: FieldList) -> Int32? {
        var provider = nghttp2_data_provider()
        provider.read_callback = readOffer
        let stream = fields.withFields {
            nghttp2_submit_request(raw, nil, $0, $1, &provider, nil)
        }
        return stream > 0 ? stream : nil
    }

    /// The answer to a request; `isLast`: END_STREAM with it.
    func respond(_ stream: Int32, _ fields: FieldList, isLast: Bool) {
        var provider = nghttp2_data_provider()
        provider.read_callback = readOffer
        _ = fields.withFields { list, count in
            if isLast {
                nghttp2_submit_response(raw, stream, list, count, nil)
            } else {
                nghttp2_submit_response(raw, stream, list, count, &provider)
            }
        }
    }

    /// Bytes are there for a stream that had none.
    func resume(_ stream: Int32) { nghttp2_session_resume_data(raw, stream) }

    func reset(_ stream: Int32, _ code: StreamError) {
        nghttp2_submit_rst_stream(raw, none, stream, code.rawValue)
    }

    /// What the peer admits now, on the stream and on the connection.
    func room(on stream: Int32) -> Int {
        Int(min(nghttp2_session_get_stream_remote_window_size(raw, stream), connectionRoom))
    }

    var connectionRoom: Int32 { nghttp2_session_get_remote_window_size(raw) }

    /// So many bytes of the stream have been handed on.
    func consumed(_ stream: Int32, _ count: Int) {
        nghttp2_session_consume_stream(raw, stream, count)
    }

    /// Streams that the peer lets us open at once.
    var peerStreamsMax: Int {
        let most = nghttp2_session_get_remote_settings(
            raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return Int(most)
    }

    // MARK: the connection

    /// What the PING between two GOAWAYs carries; others carry zeros.
    static let goodbye = [UInt8]("goodbye.".utf8)

    func ping(isGoodbye: Bool) {
        nghttp2_submit_ping(raw, none, isGoodbye ? Self.goodbye : nil)
    }

    /// The first GOAWAY of two: nothing new, please; what is on its way is still served.
    func announceShutdown() { nghttp2_submit_shutdown_notice(raw) }

    /// The last GOAWAY: streams after the last one seen are not served.
    func goAway(_ code: StreamError) {
        nghttp2_submit_goaway(
            raw, none, nghttp2_session_get_last_proc_stream_id(raw), code.rawValue, nil, 0)
    }
}

/// RFC 9113 §7, as far as we use or explain them.
enum StreamError: UInt32 {
    case none = 0
    case protocolError, internalError, flowControl, settingsTimeout, streamClosed, frameSize
    case refusedStream, cancel, compression, connectError, enhanceYourCalm, inadequateSecurity

    /// `CONNECT_ERROR`; a number where it is none of ours.
    static func name(_ code: UInt32) -> String { String(cString: nghttp2_http2_strerror(code)) }
}
