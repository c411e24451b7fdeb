// SPDX-License-Identifier: Apache-2.0
// Stub.

extension TLSContext {
    var fingerprint: [UInt8] { [] }
    var ownCertificates: [OwnCertificate] { own.map { [$0] } ?? [] }
}
