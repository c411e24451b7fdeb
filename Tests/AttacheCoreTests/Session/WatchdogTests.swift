// SPDX-License-Identifier: Apache-2.0
// Promises of Watchdog: fed in half of its time while every worker answers, and not otherwise.

import Glibc
import Testing

@testable import AttacheCore

struct WatchdogTests {
    private let ear: Ear
    private let manager: ServiceManager

    init() throws {
        ear = try Ear(abstract: false)
        let environment = ["NOTIFY_SOCKET": ear.name, "WATCHDOG_USEC": "16000000"]
        manager = ServiceManager(environment, process: getpid())
    }

    private static let second: UInt64 = 1_000_000_000

    @Test func theFirstMessageComesInHalfOfItsTime() {
        var watchdog = Watchdog(manager, workers: 2) {
            $0.done.one()
            $0.done.one()
        }
        watchdog.look(now: 100 * Self.second)
        #expect(ear.heard == nil)
        #expect(watchdog.pause(now: 101 * Self.second) == 7 * Self.second)
        watchdog.look(now: 108 * Self.second)
        #expect(ear.heard == "WATCHDOG=1")
        #expect(watchdog.pause(now: 108 * Self.second) == 8 * Self.second)
        watchdog.look(now: 115 * Self.second)
        #expect(ear.heard == nil)
    }

    /// Half of its time is left when a worker is found late.
    @Test func aWorkerThatIsLateMayStillComeBeforeTheEnd() {
        var pings: [Worker.Ping] = []
        var watchdog = Watchdog(manager, workers: 2) { pings.append($0) }
        watchdog.look(now: 100 * Self.second)
        pings.first?.done.one()
        watchdog.look(now: 108 * Self.second)
        #expect(ear.heard == nil, "one of two has not answered")
        pings.first?.done.one()
        let pause = watchdog.pause(now: 108 * Self.second)
        #expect(pause <= 2 * Self.second)
        watchdog.look(now: 108 * Self.second + pause)
        #expect(ear.heard == "WATCHDOG=1")
        #expect(pings.count == 2)
    }

    @Test func aWorkerThatHangsIsNotCovered() {
        var watchdog = Watchdog(manager, workers: 1) { _ in }
        for now in 100..<140 { watchdog.look(now: UInt64(now) * Self.second) }
        #expect(ear.heard == nil)
    }

    @Test func whereNobodyWatchesNobodyIsAsked() {
        let manager = ServiceManager(["NOTIFY_SOCKET": ear.name], process: getpid())
        var watchdog = Watchdog(manager, workers: 1) { _ in Issue.record("asked") }
        watchdog.look(now: 100 * Self.second)
        #expect(watchdog.pause(now: 100 * Self.second) == .max)
    }
}
