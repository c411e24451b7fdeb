// SPDX-License-Identifier: Apache-2.0
// Promises of DescriptorBudget: what it allows fits into the limit, and there is always room for
// one.

import Testing

@testable import AttacheCore

struct DescriptorBudgetTests {
    private func needed(_ budget: DescriptorBudget, workers: Int) -> Int {
        Limits.reservedDescriptors + 4 * workers + 8 + 2 * budget.sessions
            + 2 * workers * budget.pipesPerWorker
    }

    @Test(
        arguments: [
            (1024, 1), (1024, 2), (1024, 16), (4096, 2), (20_000, 2), (1 << 20, 64), (256, 32),
        ])
    func everythingFitsIntoTheLimit(limit: Int, workers: Int) {
        let budget = DescriptorBudget(limit: limit, workers: workers, listeners: 8)
        #expect(needed(budget, workers: workers) <= limit)
        #expect(budget.pipesPerWorker <= Limits.pipesPerWorkerMax)
        // Pipes get a quarter at most.
        let free = limit - Limits.reservedDescriptors - 4 * workers - 8
        #expect(2 * workers * budget.pipesPerWorker <= free / 4)
    }

    @Test(arguments: 1...64)
    func everyLimitThatHoldsASessionIsKept(workers: Int) {
        let least = Limits.reservedDescriptors + 4 * workers + 8 + 4
        let broken = (least..<least + 3000).filter { limit in
            let budget = DescriptorBudget(limit: limit, workers: workers, listeners: 8)
            return needed(budget, workers: workers) > limit || budget.sessions < 1
        }
        #expect(broken.isEmpty)
    }

    @Test(arguments: [0, 1, 96, 112])
    func aLimitTooSmallForAnythingStillAllowsASession(limit: Int) {
        let budget = DescriptorBudget(limit: limit, workers: 2, listeners: 8)
        #expect(budget.sessions >= 1)
        #expect(budget.pipesPerWorker >= 0)
    }
}
