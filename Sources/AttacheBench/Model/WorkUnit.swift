// SPDX-License-Identifier: Apache-2.0
// What a mode counts: the unit of its rates and of the CPU that one costs.

import AttacheCore

extension BenchReport.Mode {
    /// "request", "connection"; bytes are counted in "GB" (10⁹).
    public var unit: String {
        switch self {
        case .rr, .rate, .search: "request"
        case .connect, .idle: "connection"
        case .stream: "GB"
        }
    }

    var units: String { self == .stream ? unit : unit + "s" }

    /// Bytes both ways count for a stream, what ended well for the others.
    private func work(_ done: UInt64, _ up: UInt64, _ down: UInt64) -> Double {
        self == .stream ? (Double(up) + Double(down)) / 1e9 : Double(done)
    }

    /// Units in a sample.
    public func work(of sample: LoadSample) -> Double {
        work(sample.done, sample.bytesUp, sample.bytesDown)
    }

    /// Units in a slice.
    public func work(of slice: Slice) -> Double {
        work(slice.done, slice.bytesUp, slice.bytesDown)
    }

    /// "20,013/s", or "1.25 GB/s" where bytes are what counts.
    func rateText(_ unitsPerSecond: Double) -> String {
        self == .stream ? Figures.throughput(unitsPerSecond * 1e9) : Figures.rate(unitsPerSecond)
    }
}

extension BenchReport.Plan {
    /// Units begin by the clock, so latency is counted from when they were meant to.
    public var isOpen: Bool { !rates.isEmpty || mode == .search }
}

extension TargetReport {
    /// Nanoseconds of the process's CPU for a unit of the mode, over all slices that have any.
    public func cpu(perUnitOf mode: BenchReport.Mode) -> Double? {
        let measured = slices.filter { $0.cpu != nil }
        let work = measured.reduce(0) { $0 + mode.work(of: $1) }
        guard work > 0 else { return nil }
        return measured.reduce(0) { $0 + Double($1.cpu ?? 0) } / work
    }

    /// Bytes that a connection costs the process: between the point with the fewest connections
    /// and the one with the most; nil where there are no two.
    public var memoryPerConnection: Double? {
        guard let least = memory.min(by: { $0.connections < $1.connections }),
            let most = memory.max(by: { $0.connections < $1.connections }),
            most.connections > least.connections
        else { return nil }
        return (Double(most.anonymous) - Double(least.anonymous))
            / Double(most.connections - least.connections)
    }

    /// 0…1: what failed of all that ended; 0 where nothing did.
    public var errorShare: Double { total.errorShare }

    /// By count, the most frequent first; then by name.
    var errorsByCount: [(kind: String, trouble: LoadSample.Trouble)] {
        total.errors.map { (kind: $0.key, trouble: $0.value) }
            .sorted { ($1.trouble.count, $0.kind) < ($0.trouble.count, $1.kind) }
    }
}

extension LoadSample {
    /// 0…1: what failed of all that ended; 0 where nothing did.
    var errorShare: Double { failed == 0 ? 0 : Double(failed) / Double(done + failed) }
}
