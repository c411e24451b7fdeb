// SPDX-License-Identifier: Apache-2.0
// One process with many listeners: each has a cap and guests of its own, and upstreams have several
// endpoints.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Run {
        /// Six by TCP, one by a Unix socket, one for TLS clients; the Redis wants certificates.
        @Test func redisIsServedThroughEightListenersAtOnce() throws {
            try Redis.withRedis { port in
                let configuration = try ConfiguredDaemon.Configuration("")
                let socket = configuration.folder.file("redis.sock")
                try configuration.write(Self.eight(socket, port))
                try ConfiguredDaemon.with(configuration) { run in
                    let tls = try run.daemon.endpoint("secure").port
                    let doors =
                        try (1...6).map { number -> [String] in
                            guard
                                case .tcp(let host, let port) = try run.daemon.endpoint(
                                    "d\(number)")
                            else { throw Failure("no TCP") }
                            return ["-h", host, "-p", "\(port)"]
                        } + [
                            ["-s", socket],
                            [
                                "-h", "localhost", "-p", "\(tls)", "--tls", "--cacert",
                                PKI.certificate("ca"), "--cert", PKI.certificate("client"), "--key",
                                PKI.key("client"),
                            ],
                        ]
                    // What one wrote the next one reads.
                    let cli = try Program("redis-cli")
                    for (number, door) in doors.enumerated() {
                        let key = "key\(number)"
                        #expect(try cli.lines(door + ["set", key, "value\(number)"]) == ["OK"])
                        let next = doors[(number + 1) % doors.count]
                        #expect(try cli.lines(next + ["get", key]) == ["value\(number)"])
                    }
                    let requests = Scale.of(4000)
                    let benchmark = try Program("redis-benchmark")
                    let reports = try atOnce(doors) { door in
                        try benchmark.lines(
                            door + ["-q", "-c", "4", "-n", "\(requests)", "-t", "set,get"],
                            within: .seconds(60)
                        ).joined()
                    }
                    for report in reports {
                        #expect(report.contains("SET") && report.contains("GET"), "\(report)")
                        #expect(!report.lowercased().contains("error"), "\(report)")
                    }
                    let lines = try run.daemon.sessions(16 + 8 * 4)
                    let names = Set((1...6).map { "d\($0)" } + ["unix", "secure"])
                    #expect(Set(lines.map(\.listener)) == names)
                    #expect(lines.allSatisfy { $0.upstream == "redis" })
                    #expect(Set(lines.map(\.reason)) == ["completed"])
                }
            }
        }

        static func eight(_ socket: String, _ port: UInt16) throws -> String {
            var text = "listeners:\n"
            for number in 1...6 {
                text += "  d\(number): {bind: \"127.0.0.1\(number):0\", upstream: redis}\n"
            }
            text += """
                  unix: {bind: "unix:\(socket)", upstream: redis}
                  secure:
                    bind: 127.0.0.1:0
                    upstream: redis
                    tls:
                      certificate: \(try PKI.certificate("server"))
                      key: \(try PKI.key("server"))
                      client-ca: \(try PKI.certificate("ca"))
                      allow: {dns: ["client.test"]}
                      # Neither Redis nor its clients say that they end.
                      unclean-end: end
                upstreams:
                  redis:
                    endpoints: ["127.0.0.1:\(port)"]
                    tls:
                      ca: \(try PKI.certificate("ca"))
                      certificate: \(try PKI.certificate("client"))
                      key: \(try PKI.key("client"))
                      server-name: localhost
                      unclean-end: end

                """
            return text
        }

        @Test func aCapHoldsBackItsOwnListenersClientsAlone() throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let capped =
                "  capped: {bind: \"127.0.0.2:0\", upstream: service, "
                + "limits: {sessions: 2}}"
            let file = Reload.file(upstream.listener.endpoint, listeners: capped)
            try ConfiguredDaemon.with(file) { run in
                let endpoint = try run.daemon.endpoint("capped")
                let two = try (0..<2).map { _ in try run.connect("capped") }
                for client in two { #expect(try client.receive(text: 1) == "A") }
                let third = try run.connect("capped")
                // Others come and go meanwhile, and the third stays where it is.
                for _ in 0..<20 { #expect(try Reload.visit(run.daemon.endpoint("door")) == "A") }
                #expect(try Backlog(endpoint).length == 1)
                #expect(upstream.connections == 22)
                try two[0].finishWriting()
                #expect(try two[0].receiveEnd() == .end)
                #expect(try third.receive(text: 1) == "A")
                #expect(try Backlog(endpoint).length == 0)
            }
        }

        @Test func whoComesFromElsewhereIsResetAndCounted() throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let guarded =
                "  guarded: {bind: \"127.0.0.2:0\", upstream: service, "
                + "sources: {allow: [127.0.0.1/32]}}"
            let file = Reload.file(upstream.listener.endpoint, listeners: guarded)
            try ConfiguredDaemon.with(file) { run in
                let endpoint = try run.daemon.endpoint("guarded")
                let stranger = try Peer.connect(to: endpoint, from: .tcp("127.0.0.3", 0))
                #expect(try stranger.receiveEnd() == .reset)
                let line = try run.daemon.session()
                #expect(line.reason == "source-refused" && line.listener == "guarded")
                #expect(line.client.hasPrefix("127.0.0.3:"))
                #expect(upstream.connections == 0, "nobody is dialled for a stranger")
                let friend = try Peer.connect(to: endpoint, from: .tcp("127.0.0.1", 0))
                #expect(try friend.receive(text: 1) == "A")
                // The door beside it has no such rule.
                let other = try Peer.connect(
                    to: run.daemon.endpoint("door"), from: .tcp("127.0.0.3", 0))
                #expect(try other.receive(text: 1) == "A")
                let status = try run.status()
                #expect(try status.listener("guarded").refused == 1)
                #expect(try status.listener("door").refused == 0)
            }
        }

        @Test func endpointsTakeTurnsAndTheNextOneStepsInForADeadOne() throws {
            let upstreams = try ["A", "B"].map { try Reload.letter($0) }
            defer { for upstream in upstreams { upstream.stop() } }
            let places = upstreams.map(\.listener.endpoint)
            func file(_ endpoints: [Endpoint]) -> String {
                let names = endpoints.map { "\"\($0)\"" }.joined(separator: ", ")
                return Reload.file(places[0]).replacingOccurrences(
                    of: "[\"\(places[0])\"]", with: "[\(names)]")
            }
            try ConfiguredDaemon.with(file(places)) { run in
                let door = try run.daemon.endpoint("door")
                let turns = try (0..<20).map { _ in try Reload.visit(door) }
                #expect(zip(turns, turns.dropFirst()).allSatisfy { $0 != $1 }, "\(turns)")

                let dead = try Listener.closedPort()
                try run.reload(file([dead, places[1]]))
                for _ in 0..<10 { #expect(try Reload.visit(door) == "B") }
                let lines = try run.daemon.sessions(30).suffix(10)
                #expect(lines.allSatisfy { $0.endpoint == "\(places[1])" })
                // Every second session begins with the dead one.
                #expect(lines.count { $0.attempts == 2 } == 5, "\(lines.map(\.attempts))")
                #expect(lines.allSatisfy { $0.reason == "completed" })
            }
        }
    }
}
