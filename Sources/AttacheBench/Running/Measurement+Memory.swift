// SPDX-License-Identifier: Apache-2.0
// What an open connection costs the process that holds it.

import AttacheCore

extension Measurement {
    /// Each connection does one exchange, so that it has come through to the service; then all are
    /// at rest. The growth between few and many is what connections cost, without what the process
    /// costs itself.
    func memory(low: Int, settle: Duration) {
        for target in job.targets.indices {
            for connections in [low, job.plan.connections] {
                if run.isInterrupted { return }
                var seen = run.open(target: target, connections: connections)
                seen.add(run.work(target: target, pace: .closed, limit: .once))
                // Memory is given back by and by; nothing tells when.
                run.pause(settle)
                note(seen, target: target, round: 0, cpu: nil)
                // Of fewer connections than were asked for nobody knows what they cost.
                guard !run.isInterrupted, seen.failed == 0,
                    let process = job.targets[target].process,
                    let anonymous = ProcessMeter(process).anonymous
                else { continue }
                reports[target].memory.append(
                    MemoryPoint(connections: connections, anonymous: anonymous))
            }
        }
    }
}
