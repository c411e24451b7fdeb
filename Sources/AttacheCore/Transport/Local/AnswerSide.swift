// SPDX-License-Identifier: Apache-2.0
// An upstream that gives as many bytes as it is asked for: the server of `attache bench`.

/// Requests begin with a `WorkOrder` and follow one another. Of a request only the order is looked
/// at, and a second one is not read before the answer of the first was pulled. What is no order
/// makes the connection an echo from there on, so that a bench without orders has a peer too.
///
/// Bound: `beginning` is shorter than an order; the echo has its own.
final class AnswerSide: LocalSide {
    unowned(unsafe) var owner: (any SideOwner)?
    /// Of an order that came in pieces.
    private var beginning = ByteQueue()
    /// Of the request under way; both 0 between two of them.
    private var toCome: UInt64 = 0
    private var toGive: UInt64 = 0
    private var isDuplex = false
    private var isRefused = false
    private var isFinished = false
    private var echo: EchoSide?

    /// The request is whole and its answer is not: no other is read.
    private var isAnswering: Bool { toCome == 0 && toGive > 0 }
    private var mayGive: Bool { toGive > 0 && (toCome == 0 || isDuplex) }

    func pull(into room: inout OutputRawSpan) -> Pulled {
        if let echo { return echo.pull(into: &room) }
        guard mayGive else { return isFinished ? .end(.clean) : .nothing }
        let count = min(UInt64(room.freeCapacity), toGive)
        room.append(zeros: Int(count))
        toGive -= count
        if toGive == 0 && isRefused {
            isRefused = false
            owner?.wake()
        }
        return .bytes
    }
    var dry: Bool { echo?.dry ?? (!mayGive && !isFinished) }

    func room(for wanted: Int) -> Int {
        if let echo { return echo.room(for: wanted) }
        if isAnswering { isRefused = true }
        return isAnswering ? 0 : wanted
    }

    func offer(_ bytes: RawSpan) -> Offered {
        var taken = 0
        while taken < bytes.byteCount {
            let rest = bytes.extracting(taken...)
            if let echo {
                if case .took(let count) = echo.offer(rest) { taken += count }
                break
            }
            if isAnswering {
                isRefused = true
                break
            }
            taken += toCome > 0 ? receive(rest.byteCount) : readOrder(rest)
        }
        return .took(taken)
    }

    /// A request in mid-air is never whole now, and has no answer unless that is under way.
    func finish() -> Bool {
        isFinished = true
        if !beginning.isEmpty { becomeEcho() }
        if let echo { return echo.finish() }
        owner?.wake()
        return true
    }

    func close(abortively: Bool) {
        echo?.close(abortively: abortively)
        owner = nil
    }

    /// Answers how many of `count` bytes belong to the request.
    private func receive(_ count: Int) -> Int {
        let part = min(UInt64(count), toCome)
        toCome -= part
        if isAnswering { owner?.wake() }
        return Int(part)
    }

    /// Answers how many of the bytes it has used.
    private func readOrder(_ bytes: RawSpan) -> Int {
        let count = min(bytes.byteCount, WorkOrder.byteCount - beginning.count)
        let head = bytes.extracting(0..<count)
        let isWhole = beginning.isEmpty && count == WorkOrder.byteCount
        if !isWhole { beginning.append(head) }
        switch isWhole ? WorkOrder.reading(head) : beginning.withBytes(WorkOrder.reading) {
        case .unfinished: break
        case .order(let order):
            beginning = ByteQueue()
            begin(order)
        case .other:
            becomeEcho()
            return isWhole ? 0 : count
        }
        return count
    }

    private func begin(_ order: WorkOrder) {
        toCome = order.up - UInt64(WorkOrder.byteCount)
        toGive = order.down
        isDuplex = order.isDuplex
        if mayGive { owner?.wake() }
    }

    /// An empty echo has room for what is less than two orders.
    private func becomeEcho() {
        let echo = EchoSide()
        echo.owner = owner
        beginning.withBytes { _ = echo.offer($0) }
        beginning = ByteQueue()
        self.echo = echo
    }
}
