// SPDX-License-Identifier: Apache-2.0
// An upstream that takes everything, gives nothing, and ends when its client has.

final class DiscardSide: LocalSide {
    unowned(unsafe) var owner: (any SideOwner)?
    private var isFinished = false

    func pull(into room: inout OutputRawSpan) -> Pulled { isFinished ? .end(.clean) : .nothing }
    var dry: Bool { !isFinished }

    func room(for wanted: Int) -> Int { wanted }
    func offer(_ bytes: RawSpan) -> Offered { .took(bytes.byteCount) }

    func finish() -> Bool {
        isFinished = true
        owner?.wake()
        return true
    }
}
