// SPDX-License-Identifier: Apache-2.0
// Promises of Pipe and PipePool: bounded, lent clean, kept for the next stream, closed with what
// they hold.

import Testing

@testable import AttacheCore

struct PipeTests {
    @Test func aPipeIsEmptyAndSaysWhatItTakes() throws {
        let pipe = try #require(Pipe())
        #expect(pipe.count == 0)
        #expect(pipe.capacity >= 4096)
        #expect(pipe.capacity <= Limits.pipeBytes)
        #expect(pipe.readEnd.raw != pipe.writeEnd.raw)
    }

    @Test(arguments: [0, 1, 3])
    func aPoolLendsAsManyAsItMay(limit: Int) throws {
        let pool = PipePool(limit: limit)
        var lent: [Pipe] = []
        while let pipe = pool.take() { lent.append(pipe) }
        #expect(lent.count == limit)
        if let pipe = lent.popLast() {
            pool.giveBack(pipe)
            #expect(pool.take() === pipe)
            #expect(pool.take() == nil)
        }
    }

    @Test func aPipeWithBytesInItIsNotLentAgain() throws {
        let pool = PipePool(limit: 1)
        let dirty = try #require(pool.take())
        dirty.count = 1
        pool.giveBack(dirty)
        #expect(pool.kept == 0)
        let fresh = try #require(pool.take())
        #expect(fresh !== dirty)
        #expect(fresh.count == 0)
    }

    @Test(arguments: [-1, 0, 1])
    func idlePipesAreKeptUpToTheirBound(beyond: Int) throws {
        let count = Limits.idlePipesKept + beyond
        let pool = PipePool(limit: count)
        var lent: [Pipe] = []
        for _ in 0..<count { lent.append(try #require(pool.take())) }
        for pipe in lent { pool.giveBack(pipe) }
        #expect(pool.kept == min(count, Limits.idlePipesKept))
        // None of them counts as lent.
        lent = []
        for _ in 0..<count { lent.append(try #require(pool.take())) }
        #expect(pool.take() == nil)
    }
}
