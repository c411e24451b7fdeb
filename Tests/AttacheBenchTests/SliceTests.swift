// SPDX-License-Identifier: Apache-2.0
// What slices make of a sample, and a target of its slices.

import AttacheBench
import AttacheCore
import Testing

struct SliceTests {
    private func slice(done: UInt64, cpu: UInt64?) -> Slice {
        var sample = LoadSample()
        sample.done = done
        return Slice(round: 0, start: 0, sample: sample, cpu: cpu)
    }

    @Test func cpuForAUnitIsThatOfAllSlicesThatHaveAProcess() {
        var target = TargetReport(name: "a", url: "tcp://a:1")
        #expect(target.cpuPerUnit == nil)
        target.slices = [slice(done: 0, cpu: 5)]
        #expect(target.cpuPerUnit == nil)
        target.slices += [
            slice(done: 10, cpu: 50), slice(done: 30, cpu: 105), slice(done: 99, cpu: nil),
        ]
        #expect(target.cpuPerUnit == 4)
    }
}
