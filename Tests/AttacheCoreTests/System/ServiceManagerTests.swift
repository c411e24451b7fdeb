// SPDX-License-Identifier: Apache-2.0
// Promises of ServiceManager, towards a notification socket of the test's own.

import Glibc
import Testing

@testable import AttacheCore

struct ServiceManagerTests {
    @Test(arguments: [false, true])
    func eachMessageIsOneDatagram(abstract: Bool) throws {
        let ear = try Ear(abstract: abstract)
        let manager = ServiceManager(["NOTIFY_SOCKET": ear.name], process: getpid())
        manager.ready(status: "serving\nSTOPPING=1")
        #expect(ear.next() == "READY=1\nSTATUS=serving STOPPING=1")
        manager.status("2 sessions left")
        #expect(ear.next() == "STATUS=2 sessions left")
        manager.watchdog()
        #expect(ear.next() == "WATCHDOG=1")
        manager.stopping()
        #expect(ear.next() == "STOPPING=1")
    }

    @Test func aReloadCarriesTheTimeThatNewerVersionsWant() throws {
        let ear = try Ear(abstract: false)
        let manager = ServiceManager(["NOTIFY_SOCKET": ear.name], process: getpid())
        let before = Clock.now() / 1000
        manager.reloading()
        let lines = ear.next().split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(UInt64(lines.last?.dropFirst("MONOTONIC_USEC=".count) ?? ""))
        #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true)
        #expect(time >= before && time <= Clock.now() / 1000)
    }

    @Test(arguments: ["", "relative", "vsock:2:1234", "@", "/nobody/listens/here"])
    func whereNobodyListensNothingHappens(name: String) {
        let manager = ServiceManager(["NOTIFY_SOCKET": name], process: getpid())
        manager.ready(status: "serving")
    }

    @Test func aServiceManagerThatReadsNothingBlocksNobody() throws {
        let ear = try Ear(abstract: false)
        let manager = ServiceManager(["NOTIFY_SOCKET": ear.name], process: getpid())
        let start = Clock.now()
        for _ in 0..<10_000 { manager.watchdog() }
        #expect(Clock.now() - start < 5_000_000_000)
        #expect(ear.next() == "WATCHDOG=1")
    }

    @Test(
        arguments: [
            (nil, nil, nil), ("20000000", nil, .seconds(10)), ("20000000", "17", .seconds(10)),
            ("20000000", "18", nil), ("0", nil, nil), ("-5", nil, nil), ("soon", nil, nil),
        ] as [(String?, String?, Duration?)])
    func theWatchdogIsToldTwiceInItsTimeWhenItIsOurs(
        time: String?, process: String?, interval: Duration?
    ) {
        var environment: [String: String] = [:]
        environment["WATCHDOG_USEC"] = time
        environment["WATCHDOG_PID"] = process
        #expect(ServiceManager(environment, process: 17).watchdogInterval == interval)
    }

    @Test func whatIsTakenFromTheEnvironmentIsNotInherited() {
        setenv("ATTACHE_TEST_VARIABLE", "once", 1)
        let names = ["ATTACHE_TEST_VARIABLE", "ATTACHE_TEST_ABSENT"]
        #expect(Environment.take(names) == ["ATTACHE_TEST_VARIABLE": "once"])
        #expect(Environment.take(names) == [:])
    }
}
