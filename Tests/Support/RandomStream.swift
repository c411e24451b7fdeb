// SPDX-License-Identifier: Apache-2.0
// A byte stream that never repeats and that a seed describes: AES-CTR, as fast as memory in a debug
// build too.

import COpenSSL
import Foundation

/// Both ends make one from the same seed and go through it in order. Not for two threads at once.
public final class RandomStream: @unchecked Sendable {
    public let seed: UInt64
    private let cipher = EVP_CIPHER_CTX_new()
    private var position = 0
    private var made: [UInt8] = []
    private static let zeros = [UInt8](repeating: 0, count: 65536)

    public init(seed: UInt64) {
        self.seed = seed
        var key = [UInt8](repeating: 7, count: 16)
        withUnsafeBytes(of: seed) { key.replaceSubrange(0..<8, with: $0) }
        let vector = [UInt8](repeating: 0, count: 16)
        let done = EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), nil, key, vector)
        precondition(done == 1, "AES-CTR is in every OpenSSL")
    }

    deinit { EVP_CIPHER_CTX_free(cipher) }

    /// Lends the next `count` bytes.
    public func next(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        if made.count < count { made = [UInt8](repeating: 0, count: count) }
        var done = 0
        while done < count {
            let part = min(count - done, RandomStream.zeros.count)
            var written: Int32 = 0
            made.withUnsafeMutableBufferPointer {
                _ = EVP_EncryptUpdate(
                    cipher, $0.baseAddress! + done, &written, RandomStream.zeros, Int32(part))
            }
            done += part
        }
        position += count
        try made.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    /// Takes the next bytes of the stream and throws when these are not the same.
    public func compare(_ bytes: UnsafeRawBufferPointer) throws {
        let start = position
        try next(bytes.count) { expected in
            guard memcmp(expected.baseAddress!, bytes.baseAddress!, bytes.count) != 0 else {
                return
            }
            let wrong = zip(expected, bytes).enumerated().first { $1.0 != $1.1 }!.offset
            throw Failure("byte \(start + wrong) is not that of the stream with seed \(seed)")
        }
    }
}

/// Small numbers for chunk sizes and pauses, from a seed.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// SplitMix64, Steele et al. 2014.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
