// SPDX-License-Identifier: Apache-2.0
// Either end of a tunnel reads its files anew: sessions go on over the connection that they have,
// and what is new goes by what is new.

import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelReload {
        /// `attache run` at both ends.
        struct Ends {
            let near: ConfiguredDaemon
            let far: ConfiguredDaemon
            let nearFiles: TunnelFiles
            let farFiles: TunnelFiles
            let forwarder: Forwarder
            let upstream: Listener

            func open() throws -> Tunnel.Pair {
                let client = try near.connect("door")
                return Tunnel.Pair(client: client, upstream: try upstream.accept())
            }

            /// A session from here to its end; its line at the far end.
            func visit(after count: Int) throws -> (near: SessionLine, far: SessionLine) {
                let pair = try open()
                try pair.exchange("visit")
                try pair.finish()
                return (
                    try near.daemon.sessions(count + 1)[count],
                    try far.daemon.sessions(count + 1)[count]
                )
            }
        }

        static func with(_ settings: String = "", _ body: (Ends) throws -> Void) throws {
            let upstream = try Listener()
            let (nearFiles, farFiles) = (
                try TunnelFiles(showing: "client"), try TunnelFiles(showing: "server")
            )
            let routes = [Combination.authority: upstream.endpoint]
            try farFiles.configuration.write(farFiles.terminator(routes))
            try ConfiguredDaemon.with(farFiles.configuration) { far in
                let forwarder = try Forwarder(to: far.daemon.endpoint("edge"))
                defer { forwarder.stop() }
                try nearFiles.configuration.write(
                    nearFiles.originator(to: forwarder.endpoint, settings: settings))
                try ConfiguredDaemon.with(nearFiles.configuration) { near in
                    try body(
                        Ends(
                            near: near, far: far, nearFiles: nearFiles, farFiles: farFiles,
                            forwarder: forwarder, upstream: upstream))
                }
            }
        }

        enum Place: CaseIterable, Sendable { case near, far }

        @Test(arguments: Place.allCases)
        func aChangedCertificateIsForNewSessionsAndTheOldGoOn(_ place: Place) throws {
            try Self.with { ends in
                let (run, files, other) =
                    place == .near
                    ? (ends.near, ends.nearFiles, "other-client")
                    : (ends.far, ends.farFiles, "rsa-server")
                let resident = try ends.open()
                try resident.exchange("before")
                let first = try ends.visit(after: 0)

                // Nothing has changed: the same connection serves on.
                #expect(try run.daemon.reload().contains("nothing changed"))
                let second = try ends.visit(after: 1)
                #expect(second.near.carrier == first.near.carrier)
                #expect(ends.forwarder.connections == 1)

                try files.show(other)
                try run.daemon.reload()
                var visits = 2
                var third = try ends.visit(after: visits)
                // The far end says so by GOAWAY, which a client may overtake; the near one knows.
                try eventually(within: .seconds(1), "a new connection") {
                    visits += 1
                    if place == .near || third.near.carrier != first.near.carrier { return true }
                    third = try ends.visit(after: visits)
                    return false
                }
                #expect(third.near.carrier != first.near.carrier)
                #expect(third.far.carrier != first.far.carrier)
                #expect(ends.forwarder.connections == 2)
                if place == .near {
                    #expect(third.far.clientTls?.peer?.contains("other.test") == true)
                    #expect(first.far.clientTls?.peer?.contains("other.test") == false)
                }
                for _ in 0..<3 { try resident.exchange("as before") }
                try resident.finish()
                let line = try ends.near.daemon.sessions(visits + 1)[visits]
                #expect(line.reason == "completed")
                #expect(line.carrier == first.near.carrier)
                // And with its last session the old connection goes.
                try eventually(within: .seconds(3), "only the new connection is left") {
                    ends.forwarder.open == 1
                }
            }
        }

        /// Also through a connection that was open before.
        @Test func anAuthorityThatIsRemovedIsRefusedFromThenOn() throws {
            try Self.with { ends in
                let resident = try ends.open()
                try resident.exchange("before")
                try ends.far.reload(
                    ends.farFiles.terminator(["another.test:1": ends.upstream.endpoint]))
                let client = try ends.near.connect("door")
                #expect(try client.receiveEnd() == .reset)
                #expect(!ends.upstream.hasVisitor)
                #expect(try ends.near.daemon.session().reason == "tunnel-refused")
                #expect(try ends.far.daemon.session().reason == "authority-refused")
                try resident.exchange("as before")
                try resident.finish()
                // And it may come back.
                try ends.far.reload(
                    ends.farFiles.terminator([Combination.authority: ends.upstream.endpoint]))
                #expect(try ends.visit(after: 2).near.reason == "completed")
            }
        }

        @Test func aConnectionWithoutSessionsIsReleasedAndTheNextClientOpensAnother() throws {
            try Self.with(", idle: 300ms") { ends in
                let first = try ends.visit(after: 0)
                let pair = try ends.open()
                let opened = ContinuousClock.now
                // A session that says nothing for longer than that is a session all the same.
                try eventually("longer than idle") {
                    try demand(ends.forwarder.open == 1, "released under its session")
                    return ContinuousClock.now - opened > .milliseconds(450)
                }
                try pair.exchange("still there")
                try pair.finish()
                let released = try Duration.of {
                    try eventually(within: .seconds(3), "released") { ends.forwarder.open == 0 }
                }
                #expect(released > .milliseconds(200), "\(released)")
                #expect(released < .seconds(1), "\(released)")
                let third = try ends.visit(after: 2)
                #expect(third.near.carrier != first.near.carrier)
                #expect(third.far.carrier != first.far.carrier)
                #expect(ends.forwarder.connections == 2)
                #expect(third.near.reason == "completed")
            }
        }
    }
}
