// SPDX-License-Identifier: Apache-2.0
// What TLS negotiated, as session lines tell it.

extension SessionRecord.TLS {
    init(_ negotiated: TLSNegotiated) {
        self.init(
            version: negotiated.version, cipher: negotiated.cipher, resumed: negotiated.resumed,
            alpn: negotiated.alpn, peer: negotiated.peer)
    }
}
