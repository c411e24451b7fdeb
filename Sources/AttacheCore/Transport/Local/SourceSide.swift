// SPDX-License-Identifier: Apache-2.0
// An upstream that gives bytes until its client goes away, and ignores what comes.

/// Has no end of its own: a client that has only ended its direction still reads.
final class SourceSide: LocalSide {
    unowned(unsafe) var owner: (any SideOwner)?

    func pull(into room: inout OutputRawSpan) -> Pulled {
        room.append(zeros: room.freeCapacity)
        return .bytes
    }
    var dry: Bool { false }

    func room(for wanted: Int) -> Int { wanted }
    func offer(_ bytes: RawSpan) -> Offered { .took(bytes.byteCount) }
    func finish() -> Bool { true }
}
