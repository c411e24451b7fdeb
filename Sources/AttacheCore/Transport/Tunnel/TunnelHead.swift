// SPDX-License-Identifier: Apache-2.0
// The head of a request or of an answer, as far as a tunnel looks at it.

/// Values are bytes as they came: whoever shows them makes them printable.
struct TunnelHead {
    var method = ""
    var authority = ""
    /// 0: none.
    var status = 0
    /// RFC 9209, as it came.
    var proxyStatus = ""
    /// Names and values, with the 32 bytes for each field that RFC 9113 §6.5.2 counts.
    private(set) var size = 0

    var isTooLarge: Bool { size > Limits.headerListBytesMax }

    mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        size += name.count + value.count + 32
        if isTooLarge { return }
        if name.elementsEqual(":method".utf8) {
            method = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual(":authority".utf8) {
            authority = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual(":status".utf8) {
            status = Int(String(decoding: value, as: UTF8.self)) ?? 0
        } else if name.elementsEqual("proxy-status".utf8) {
            let separator = proxyStatus.isEmpty ? "" : ", "
            proxyStatus += separator + String(decoding: value, as: UTF8.self)
        }
    }
}
