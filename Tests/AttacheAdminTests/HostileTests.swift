// SPDX-License-Identifier: Apache-2.0
// Clients that are slow, silent, greedy or garbled cost nobody else anything.

import AttacheCore
import Glibc
import Testing

@testable import AttacheAdmin

@Suite(.serialized)
struct HostileTests {
    private static func limits(connections: Int = 16, deadline: Duration) -> AdminLimits {
        AdminLimits(connections: connections, deadline: deadline)
    }

    @Test func whoSaysNothingIsShownOutAtTheDeadline() throws {
        let bench = try Bench(limits: Self.limits(deadline: .milliseconds(300)))
        let silent = try RawClient(bench.path)
        #expect(silent.hear() == "")
        #expect(try bench.client.get("/status", json: false).isGood)
    }

    @Test func bytesThatTrickleDoNotRenewTheDeadline() throws {
        let bench = try Bench(limits: Self.limits(deadline: .milliseconds(300)))
        let slow = try RawClient(bench.path)
        let start = Clock.now()
        #expect(eventually { !slow.say("G") || slow.isEnded })
        #expect(Clock.now() - start >= 250_000_000)
        #expect(Clock.now() - start < 5_000_000_000)
    }

    @Test func aRequestByteByByteIsAnswered() throws {
        let bench = try Bench()
        let slow = try RawClient(bench.path)
        for byte in "GET /status HTTP/1.1\r\nHost: a\r\n\r\n" { slow.say(String(byte)) }
        #expect(slow.hear()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
    }

    @Test func whoNeverReadsIsShownOutAndOthersAreServed() throws {
        let bench = try Bench(
            operations: FakeOperations(sessions: 10_000),
            limits: Self.limits(deadline: .milliseconds(500)))
        let deaf = try (0..<4).map { _ in try RawClient(bench.path) }
        for client in deaf {
            client.say("GET /sessions?limit=10000&format=json HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(try bench.client.get("/status", json: false).isGood)
        for client in deaf {
            let heard = try #require(client.hear())
            #expect(heard.utf8.count < 4_000_000)
        }
    }

    @Test func answersThatNobodyReadsAreBounded() throws {
        let bench = try Bench(operations: FakeOperations(sessions: 10_000))
        let deaf = try (0..<10).map { _ in try RawClient(bench.path) }
        for client in deaf {
            client.say("GET /sessions?limit=10000&format=json HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        let last = try RawClient(bench.path)
        last.say("GET /sessions?limit=10000&format=json HTTP/1.1\r\nHost: a\r\n\r\n")
        let heard = try #require(last.hear())
        #expect(heard.hasPrefix("HTTP/1.1 503 "), "\(heard.prefix(40))")
    }

    @Test func whoSendsWithoutEndIsNotReadWithoutEnd() throws {
        let bench = try Bench(
            operations: FakeOperations(sessions: 10_000),
            limits: Self.limits(deadline: .milliseconds(500)))
        let greedy = try RawClient(bench.path)
        greedy.say("GET /sessions?limit=10000 HTTP/1.1\r\nHost: a\r\n\r\n")
        let junk = [UInt8](repeating: 65, count: 65_536)
        var taken = 0
        #expect(
            eventually {
                let count = send(
                    greedy.descriptor, junk, junk.count,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                if count > 0 { taken += count }
                return count < 0 && errno != EAGAIN
            })
        // Its own buffer, the kernel's and one read beyond.
        #expect(taken < 2_000_000)
    }

    @Test func aboveTheCapClientsWaitAndThenAreServed() throws {
        let bench = try Bench(limits: Self.limits(connections: 2, deadline: .seconds(10)))
        var silent: [RawClient] = try (0..<2).map { _ in try RawClient(bench.path) }
        let waiting = try RawClient(bench.path)
        waiting.say("GET /status HTTP/1.1\r\nHost: a\r\n\r\n")
        let until = Clock.now() + 300_000_000
        while Clock.now() < until { #expect(!hasBytes(waiting)) }
        silent.removeAll()
        #expect(waiting.hear()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
    }

    @Test func manyInARowAndAtOnceAreServed() throws {
        let bench = try Bench()
        for _ in 0..<10 {
            let clients = try (0..<40).map { _ in try RawClient(bench.path) }
            for client in clients { client.say("GET /status HTTP/1.0\r\n\r\n") }
            for client in clients { #expect(client.hear()?.contains("200 OK") == true) }
        }
    }

    @Test(arguments: [
        "\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
        "POST /drain HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /drain HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /drain HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /drain HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
        "GET http://[::bad HTTP/1.1\r\n\r\n", "GET /%00%zz?%%% HTTP/1.1\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\n\r\n",
    ])
    func garbageHasNoEffect(request: String) throws {
        let bench = try Bench(limits: Self.limits(deadline: .milliseconds(300)))
        let client = try RawClient(bench.path)
        client.say(request)
        let heard = try #require(client.hear())
        #expect(!heard.contains("200 OK"), "\(heard)")
        #expect(bench.operations.drains.withLock { $0 } == 0)
        #expect(try bench.client.get("/status", json: false).isGood)
    }

    @Test func headersWithoutEndAreCutOff() throws {
        let bench = try Bench()
        let client = try RawClient(bench.path)
        client.say("GET /status HTTP/1.1\r\nA: " + String(repeating: "a", count: 100_000))
        let heard = try #require(client.hear())
        #expect(!heard.contains("200 OK"))
    }

    @Test func anAnswerOnItsWayAtTheEndArrives() throws {
        let bench = try Bench(operations: FakeOperations(sessions: 10_000))
        let client = try RawClient(bench.path)
        client.say("GET /sessions?limit=10000&format=json HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { hasBytes(client) })
        let stopping = try Thread.spawn(name: "stops") { [server = bench.server] in
            server.stop()
        }
        let heard = try #require(client.hear())
        stopping.join()
        #expect(heard.hasSuffix("]}\n"))
    }

    private func hasBytes(_ client: RawClient) -> Bool {
        var byte: UInt8 = 0
        return recv(
            client.descriptor, &byte, 1,
            Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }
}
