// SPDX-License-Identifier: Apache-2.0
// An upstream that gives every byte back: what `attache echo` serves, and the smallest example of a
// side.

/// Bound: `held` never exceeds `capacity`, since `room` admits no more.
final class EchoSide: LocalSide {
    private static let capacity = 64 * 1024
    unowned(unsafe) var owner: (any SideOwner)?
    private var held = ByteQueue()
    private var isFinished = false
    private var isRefused = false

    func pull(into room: inout OutputRawSpan) -> Pulled {
        if held.isEmpty { return isFinished ? .end(.clean) : .nothing }
        held.move(into: &room)
        if isRefused {
            isRefused = false
            owner?.wake()
        }
        return .bytes
    }
    var dry: Bool { held.isEmpty && !isFinished }

    func room(for wanted: Int) -> Int {
        let room = min(wanted, Self.capacity - held.count)
        if room == 0 { isRefused = true }
        return room
    }

    func offer(_ bytes: RawSpan) -> Offered {
        let count = min(bytes.byteCount, Self.capacity - held.count)
        if count < bytes.byteCount { isRefused = true }
        held.append(bytes.extracting(0..<count))
        owner?.wake()
        return .took(count)
    }

    func finish() -> Bool {
        isFinished = true
        owner?.wake()
        return true
    }
}
