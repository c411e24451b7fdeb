// SPDX-License-Identifier: Apache-2.0
// Header fields as nghttp2 wants them: made once, lent for each submission.

import CNghttp2

/// Names in lower case, pseudo fields first. nghttp2 copies what it is lent.
struct FieldList: Sendable {
    private var bytes: [UInt8] = []
    private var lengths: [(name: Int, value: Int)] = []

    init(_ fields: [(name: String, value: String)]) {
        for field in fields {
            bytes += field.name.utf8
            bytes += field.value.utf8
            lengths.append((field.name.utf8.count, field.value.utf8.count))
        }
    }

    /// What a tunnel's client asks with (RFC 9113 §8.5: no scheme, no path).
    init(connectTo settings: TunnelSettings) {
        let pseudo = [(name: ":method", value: "CONNECT"), (":authority", settings.authority)]
        self.init(pseudo + settings.headers.map { ($0.name, $0.value) })
    }

    func withFields<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
        var bytes = bytes
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var fields: [nghttp2_nv] = []
            var at = 0
            for length in lengths {
                // Both lie within `buffer`, whose bytes the lengths were counted from.
                let name = buffer.baseAddress.map { $0 + at }
                let value = name.map { $0 + length.name }
                fields.append(
                    nghttp2_nv(
                        name: name, value: value, namelen: length.name, valuelen: length.value,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                at += length.name + length.value
            }
            return fields.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
