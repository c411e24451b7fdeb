// SPDX-License-Identifier: Apache-2.0
// Ciphertext on its way: one BIO of ours a worker over two buffers, which its TLS ends own in
// turns.

import COpenSSL
import Glibc

/// Reached from the BIO's callbacks by pointer: no class property is touched there.
///
/// `input` is valid for `capacity` bytes and holds `inCount` of them, read up to `inAt`;
/// `output` is valid for `capacity` bytes and holds `outCount`.
struct Staging {
    static let capacity = Limits.stagingBytes + Limits.stagingSlackBytes
    let input: UnsafeMutableRawPointer
    var inAt = 0
    var inCount = 0
    let output: UnsafeMutableRawPointer
    var outCount = 0

    var outRoom: Int { Limits.stagingBytes - outCount }
}

private func bioWrite(_ bio: OpaquePointer?, _ from: UnsafePointer<CChar>?, _ count: Int32) -> Int32
{
    guard let from, let data = BIO_get_data(bio) else { return -1 }
    let staging = data.assumingMemoryBound(to: Staging.self)
    let count = Int(count)
    // Room for a record is made before each SSL_* call; one that needs more fails instead of lying.
    guard count >= 0, staging.pointee.outCount + count <= Staging.capacity else { return -1 }
    memcpy(staging.pointee.output + staging.pointee.outCount, from, count)
    staging.pointee.outCount += count
    return Int32(count)
}

private func bioRead(_ bio: OpaquePointer?, _ to: UnsafeMutablePointer<CChar>?, _ count: Int32)
    -> Int32
{
    guard let to, let data = BIO_get_data(bio) else { return -1 }
    let staging = data.assumingMemoryBound(to: Staging.self)
    attache_bio_clear_retry(bio)
    let have = min(Int(count), staging.pointee.inCount - staging.pointee.inAt)
    if have <= 0 {
        attache_bio_retry_read(bio)
        return -1
    }
    memcpy(to, staging.pointee.input + staging.pointee.inAt, have)
    staging.pointee.inAt += have
    return Int32(have)
}

private func bioControl(
    _ bio: OpaquePointer?, _ command: Int32, _ argument: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    command == BIO_CTRL_FLUSH ? 1 : 0
}

/// What the TLS ends of one worker share.
final class TLSWorks {
    /// Valid from init to deinit; the BIO's data points to it.
    let staging: UnsafeMutablePointer<Staging>
    /// What callbacks of the current SSL_* call recorded; valid from init to deinit.
    let inbox: UnsafeMutablePointer<TLSInbox>
    /// Every SSL of this worker holds a reference of its own.
    let bio: OpaquePointer
    private let method: OpaquePointer
    /// Whose ciphertext lies in the out-staging. `forget` comes with each end's close.
    private unowned(unsafe) var outOwner: TLSEnd?

    /// nil: no memory.
    init?() {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "staging")
        else { return nil }
        BIO_meth_set_write(method, bioWrite)
        BIO_meth_set_read(method, bioRead)
        BIO_meth_set_ctrl(method, bioControl)
        guard let bio = BIO_new(method) else {
            BIO_meth_free(method)
            return nil
        }
        self.method = method
        self.bio = bio
        staging = .allocate(capacity: 1)
        staging.initialize(
            to: Staging(
                input: .allocate(byteCount: Staging.capacity, alignment: 4096),
                output: .allocate(byteCount: Staging.capacity, alignment: 4096)))
        inbox = .allocate(capacity: 1)
        inbox.initialize(to: TLSInbox())
        BIO_set_init(bio, 1)
        BIO_set_data(bio, staging)
    }

    deinit {
        BIO_free(bio)
        BIO_meth_free(method)
        staging.pointee.input.deallocate()
        staging.pointee.output.deallocate()
        staging.deinitialize(count: 1).deallocate()
        inbox.deinitialize(count: 1).deallocate()
    }

    /// Before each SSL_* call: it may write (an alert, a KeyUpdate), so another end's ciphertext
    /// goes out first; and it must not find old errors.
    func own(_ end: TLSEnd) {
        if outOwner !== end {
            outOwner?.flush()
            outOwner = end
        }
        // Clearing walks sixteen entries, looking at one is free.
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    func isOwner(_ end: TLSEnd) -> Bool { outOwner === end }

    /// The end of a loop turn: what is staged goes out.
    func settle() { outOwner?.flush() }

    func forget(_ end: TLSEnd) {
        guard outOwner === end else { return }
        end.flush()
        outOwner = nil
    }
}
