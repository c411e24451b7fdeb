// SPDX-License-Identifier: Apache-2.0
// An OpenSSL object that is freed with its last owner.

/// Immutable: the pointer is valid as long as this object lives. For what is loaded once and
/// kept (contexts, certificates, keys, lists), never for what each connection makes.
///
/// The optimiser may end an object at its last mention, which is where `raw` was read, and does so
/// with what an array holds: where nothing else keeps the object, `withExtendedLifetime` must.
final class Owned {
    let raw: OpaquePointer
    private let free: (OpaquePointer) -> Void

    init(_ raw: OpaquePointer, free: @escaping (OpaquePointer) -> Void) {
        self.raw = raw
        self.free = free
    }

    deinit { free(raw) }
}
