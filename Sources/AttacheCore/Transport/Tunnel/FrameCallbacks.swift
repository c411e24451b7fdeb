// SPDX-License-Identifier: Apache-2.0
// What nghttp2 calls while it reads or makes frames: callbacks record and nothing else.

import CNghttp2
import Glibc

/// The user data of a session is its carrier's inbox, which the carrier owns longer than the
/// session.
private func inbox(_ user: UnsafeMutableRawPointer?) -> CarrierInbox? {
    user.map { Unmanaged<CarrierInbox>.fromOpaque($0).takeUnretainedValue() }
}

private func onBeginFrame(
    _: OpaquePointer?, _ header: UnsafePointer<nghttp2_frame_hd>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user), let header = header?.pointee else { return 0 }
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
        let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        if header.length == 0 && !isEnd { inbox.budget.spend() }
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_WINDOW_UPDATE.rawValue, NGHTTP2_GOAWAY.rawValue: break
    // Counted by nghttp2 itself, which ends the connection (rapid reset).
    case NGHTTP2_RST_STREAM.rawValue: break
    default: inbox.budget.spend()
    }
    return 0
}

private func onBeginHeaders(
    _: OpaquePointer?, _: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    inbox(user)?.head = TunnelHead()
    return 0
}

private func onData(
    _ session: OpaquePointer?, _: UInt8, _ stream: Int32, _ bytes: UnsafePointer<UInt8>?,
    _ count: Int, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user), let bytes else { return 0 }
    // The connection's window is for all streams: given back at once, or one that stalls would
    // stop the others. The stream's own follows when the bytes were written on.
    nghttp2_session_consume_connection(session, count)
    let start = UnsafeRawPointer(bytes)
    if case .data(stream, let before, let length)? = inbox.events.last {
        // The same stream's next frame: close the gap of its header, so that one write delivers
        // both. Both lie in the scratch that was given to mem_recv, which has read what is between.
        memmove(UnsafeMutableRawPointer(mutating: before + length), start, count)
        inbox.events[inbox.events.count - 1] = .data(stream, before, length + count)
    } else {
        inbox.events.append(.data(stream, start, count))
    }
    return 0
}

private func onHeader(
    _: OpaquePointer?, _: UnsafePointer<nghttp2_frame>?, _ name: UnsafePointer<UInt8>?,
    _ nameCount: Int, _ value: UnsafePointer<UInt8>?, _ valueCount: Int, _: UInt8,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user) else { return 0 }
    inbox.head.add(
        UnsafeBufferPointer(start: name, count: nameCount),
        UnsafeBufferPointer(start: value, count: valueCount))
    return 0
}

private func onFrame(
    _: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user), let frame else { return 0 }
    let header = frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
        inbox.events.append(.head(header.stream_id, inbox.heads.count))
        inbox.heads.append(inbox.head)
    case NGHTTP2_WINDOW_UPDATE.rawValue: inbox.events.append(.window(header.stream_id))
    case NGHTTP2_SETTINGS.rawValue:
        let isAck = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        if !isAck { inbox.events.append(.settings) }
    case NGHTTP2_PING.rawValue:
        let isAck = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        if isAck {
            let said = frame.pointee.ping.opaque_data
            inbox.events.append(.pong(isGoodbye: said.0 == FrameSession.goodbye[0]))
        }
    case NGHTTP2_GOAWAY.rawValue:
        let goaway = frame.pointee.goaway
        let debug = UnsafeBufferPointer(
            start: goaway.opaque_data, count: min(goaway.opaque_data_len, 256))
        inbox.farewell = String(decoding: debug, as: UTF8.self)
        inbox.events.append(.goaway(goaway.error_code))
    default: break
    }
    let ends = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    if ends && UInt32(header.type) <= NGHTTP2_HEADERS.rawValue {
        inbox.events.append(.ended(header.stream_id))
    }
    return 0
}

private func onInvalidFrame(
    _: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ code: Int32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user) else { return 0 }
    inbox.budget.spend()
    inbox.complaint = String(cString: nghttp2_strerror(code))
    if let frame { inbox.events.append(.mistaken(frame.pointee.hd.stream_id)) }
    return 0
}

private func onFrameSent(
    _: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user), let frame else { return 0 }
    guard UInt32(frame.pointee.hd.type) == NGHTTP2_GOAWAY.rawValue else { return 0 }
    let code = frame.pointee.goaway.error_code
    if code != NGHTTP2_NO_ERROR.rawValue { inbox.events.append(.complained(code)) }
    return 0
}

private func onClose(
    _: OpaquePointer?, _ stream: Int32, _ code: UInt32, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    inbox(user)?.events.append(.closed(stream, code))
    return 0
}

/// Only the stream whose bytes are in hand has any: fairness between streams is the ready list's.
func readOffer(
    _: OpaquePointer?, _ stream: Int32, _: UnsafeMutablePointer<UInt8>?, _ most: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
    _ user: UnsafeMutableRawPointer?
) -> Int {
    let deferred = Int(NGHTTP2_ERR_DEFERRED.rawValue)
    guard let record = inbox(user)?.record, record.offer.stream == stream, let flags else {
        return deferred
    }
    if record.offer.left > 0 {
        flags.pointee = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        return min(most, record.offer.left, record.frameBytes)
    }
    guard record.offer.isLast else { return deferred }
    record.offer.hasEnded = true
    flags.pointee = NGHTTP2_DATA_FLAG_EOF.rawValue
    return 0
}

private func sendOffer(
    _: OpaquePointer?, _: UnsafeMutablePointer<nghttp2_frame>?, _ header: UnsafePointer<UInt8>?,
    _ count: Int, _: UnsafeMutablePointer<nghttp2_data_source>?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = inbox(user), let header, let bytes = inbox.record.offer.bytes,
        count <= inbox.record.offer.left
    else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
    // `count` was answered by `readOffer`.
    inbox.record.append(header: header, payload: bytes, count, for: inbox.end)
    inbox.record.offer.bytes = bytes + count
    inbox.record.offer.left -= count
    return 0
}

/// Made once, used for every session; nghttp2 copies it. nil: no memory.
func frameCallbacks() -> OpaquePointer? {
    var callbacks: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, onBeginFrame)
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData)
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
    nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame)
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, onInvalidFrame)
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onClose)
    nghttp2_session_callbacks_set_send_data_callback(callbacks, sendOffer)
    return callbacks
}
