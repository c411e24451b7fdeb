// SPDX-License-Identifier: Apache-2.0
// Promises of Dial against real local sockets: it arrives, or says at which stage and why it did
// not.

import Glibc
import Testing

@testable import AttacheCore

struct DialTests {
    private func at(_ port: UInt16, host: String = "127.0.0.1") -> Address {
        .ip(host, port: port, v6: false)
    }

    private func listener(backlog: Int32? = 64) throws -> (TestListener, UInt16) {
        let listener = try TestListener(SocketAddress(at(0)), backlog: backlog)
        return (listener, try #require(listener.address.port))
    }

    /// Where it arrived, or why it did not.
    private func arrived(_ bench: DialBench) -> String? {
        switch bench.settle() {
        case .waiting: nil
        case .ready: bench.dial.address?.description
        case .failed(let why): why.message
        }
    }

    /// A name with these addresses.
    private func name(_ hosts: String...) -> Resolver.Lookup {
        { _ in .success(hosts.compactMap { SocketAddress(.ip($0, port: 0, v6: false)) }) }
    }

    private func path(_ purpose: String) -> String { "/tmp/attache-\(purpose)-\(getpid())" }

    @Test func aPlaintextDialIsReadyOverTheSocketItConnected() throws {
        let (listener, port) = try listener()
        let bench = try DialBench([at(port)])
        #expect(arrived(bench) == "127.0.0.1:\(port)")
        #expect(bench.dial.attempts == 1)
        #expect(bench.dial.timings.connecting.nanoseconds != nil)
        #expect(bench.dial.timings.securing.nanoseconds == nil)
        let side = try #require(bench.outcome.side)
        #expect(side.isPlain)
        let far = FarEnd(try #require(listener.accept()))
        #expect(side.room(for: 3) == 3)
        let bytes: [UInt8] = [1, 2, 3]
        guard case .took(3) = side.offer(bytes.span.bytes) else {
            Issue.record("the side takes nothing")
            return
        }
        var interest = pollfd(fd: far.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&interest, 1, 10_000) == 1)
        #expect(far.receive() == .bytes(bytes))
    }

    @Test func aUnixDialIsReady() throws {
        let path = path("dial")
        defer { unlink(path) }
        let listener = try TestListener(SocketAddress(.unix(path)))
        #expect(arrived(try DialBench([.unix(path)])) == "unix:\(path)")
        close(try #require(listener.accept()))
    }

    @Test func whereNobodyListensTheDialIsRefused() throws {
        let (reserved, port) = try listener(backlog: nil)
        let failure = try #require(try DialBench([at(port)]).settle().failure)
        #expect(failure.reason == .connectFailed)
        #expect(failure.stage == .connecting)
        #expect(failure.message.contains("127.0.0.1:\(port)"))
        #expect(failure.message.contains("ECONNREFUSED"))
        #expect(!failure.isOurs)
        withExtendedLifetime(reserved) {}
    }

    @Test func aUnixSocketThatIsMissingIsNamed() throws {
        let failure = try #require(try DialBench([.unix("/nonexistent/s")]).settle().failure)
        #expect(failure.reason == .connectFailed)
        #expect(failure.message.contains("/nonexistent/s"))
        #expect(failure.message.contains("no such socket file"))
    }

    @Test func theSecondAddressOfANameIsTakenWhenTheFirstRefuses() throws {
        let (listener, port) = try listener()
        let bench = try DialBench(
            [.name("two.test", port: port)], lookup: name("127.0.0.2", "127.0.0.1"))
        #expect(arrived(bench) == "127.0.0.1:\(port)")
        #expect(bench.dial.attempts == 2)
        #expect(bench.dial.timings.resolving.nanoseconds != nil)
        withExtendedLifetime(listener) {}
    }

    @Test func theSecondEndpointIsTakenWhenTheFirstRefuses() throws {
        let (listener, port) = try listener()
        let (reserved, dead) = try self.listener(backlog: nil)
        let bench = try DialBench([.unix("/nonexistent/s"), at(dead), at(port)])
        #expect(arrived(bench) == "127.0.0.1:\(port)")
        #expect(bench.dial.attempts == 3)
        withExtendedLifetime((listener, reserved)) {}
    }

    @Test func eachEndpointIsToldItsOwnFailure() throws {
        let (speechless, port) = try listener()
        let (reserved, dead) = try listener(backlog: nil)
        var tls = ClientTLSSettings()
        tls.verify = .noneInsecure
        let endpoints = [at(port), at(dead), .unix("/nonexistent/s")]
        let bench = try DialBench(endpoints, tls: tls)
        // Once it is connected it waits for the handshake, which comes to nothing.
        bench.onWaiting = {
            if let raw = speechless.accept() { close(raw) }
            bench.onWaiting = {}
        }
        let failure = try #require(bench.settle().failure)
        let told = endpoints.map { bench.upstream.tally.status(of: $0).lastDial }
        for (place, port) in [(0, port), (1, dead)] {
            #expect(told[place]?.address == "127.0.0.1:\(port)")
            #expect(told[place]?.failure?.contains("127.0.0.1:\(port)") == true)
        }
        #expect(told[1]?.failure?.contains("ECONNREFUSED") == true)
        #expect(told[2]?.failure?.contains("no such socket file") == true)
        // Of all of them the session tells what says most.
        #expect(failure.stage == .securing)
        #expect(failure.message.contains("none of 3 attempts succeeded"))
        withExtendedLifetime(reserved) {}
    }

    @Test func anEndpointWithoutAnAddressIsNotToldThatOfAnother() throws {
        let (reserved, dead) = try listener(backlog: nil)
        let name = Address.name("no.test", port: 1)
        let bench = try DialBench([at(dead), name])
        _ = bench.settle()
        let told = bench.upstream.tally.status(of: name).lastDial
        #expect(told?.failure == "asked for no.test")
        #expect(told?.address == nil)
        withExtendedLifetime(reserved) {}
    }

    @Test func anAddressThatDoesNotAnswerIsOvertakenAndClosed() throws {
        let (silent, port) = try listener(backlog: 0)
        let waiting = silent.fillBacklog()
        let other = try TestListener(SocketAddress(at(port, host: "127.0.0.2")))
        let bench = try DialBench(
            [.name("two.test", port: port)], lookup: name("127.0.0.1", "127.0.0.2"))
        #expect(arrived(bench) == "127.0.0.2:\(port)")
        close(try #require(other.accept()))
        #expect(OpenSockets.to(port) == waiting + 1)
    }

    @Test func whereNobodyAnswersTheDialEndsAtItsDeadline() throws {
        let (silent, port) = try listener(backlog: 0)
        let waiting = silent.fillBacklog()
        let start = Clock.now()
        let bench = try DialBench([at(port)], connect: .milliseconds(100))
        let failure = try #require(bench.settle().failure)
        #expect(failure.reason == .connectTimeout)
        #expect(failure.message.contains("127.0.0.1:\(port)"))
        #expect(failure.message.contains("100ms"))
        #expect(Clock.now() - start >= 80_000_000)
        #expect(OpenSockets.to(port) == waiting)
    }

    @Test func aNameThatDoesNotResolveIsAFailureOfItsStage() throws {
        let bench = try DialBench([.name("no.test", port: 1)])
        let failure = try #require(bench.settle().failure)
        #expect(failure.stage == .resolving)
        #expect(failure.reason == .resolveFailed)
        #expect(failure.message == "asked for no.test")
        #expect(bench.dial.attempts == 0)
    }

    @Test func aUnixListenerWithAFullBacklogIsTriedUntilThereIsRoom() throws {
        let path = path("full")
        defer { unlink(path) }
        let listener = try TestListener(SocketAddress(.unix(path)), backlog: 0)
        _ = listener.fillBacklog()
        let bench = try DialBench([.unix(path)])
        var looks = 0
        bench.onWaiting = {
            looks += 1
            if looks == 3, let waiting = listener.accept() { close(waiting) }
        }
        #expect(arrived(bench) == "unix:\(path)")
        #expect(looks >= 3)
        #expect(bench.dial.attempts == 1)
    }

    @Test func aDialThatIsCancelledLeavesNoDescriptorOpen() throws {
        let (silent, port) = try listener(backlog: 0)
        let waiting = silent.fillBacklog()
        let bench = try DialBench([at(port)])
        bench.onWaiting = {
            #expect(OpenSockets.to(port) == waiting + 1)
            bench.dial.cancel()
            bench.stop()
        }
        #expect(bench.settle().side == nil)
        #expect(bench.outcome.failure == nil)
        #expect(OpenSockets.to(port) == waiting)
    }
}
