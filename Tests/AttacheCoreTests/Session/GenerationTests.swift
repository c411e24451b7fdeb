// SPDX-License-Identifier: Apache-2.0
// Promises of Generation: what is named again is kept, and what cannot be bound changes nothing.

import Glibc
import Testing

@testable import AttacheCore

struct GenerationTests {
    private func listener(_ name: String, _ bind: String, _ upstream: String = "a")
        throws -> ListenerSettings
    {
        ListenerSettings(name: name, bind: try Bind(parsing: bind), upstream: upstream)
    }

    private func upstream(_ name: String, _ endpoint: String = "127.0.0.1:1")
        throws -> UpstreamSettings
    {
        UpstreamSettings(name: name, destination: .endpoints([try Address(parsing: endpoint)]))
    }

    private func settings(_ listeners: ListenerSettings..., upstreams: UpstreamSettings...)
        throws -> Settings
    {
        let named = upstreams.isEmpty ? [try upstream("a")] : upstreams
        return Settings(listeners: listeners, upstreams: named, workers: 1)
    }

    @Test func aRenamedListenerKeepsItsSocket() throws {
        let old = try Generation(settings(listener("one", "127.0.0.1:0")))
        let new = try Generation(settings(listener("two", "127.0.0.1:0")), after: old)
        #expect(new.doors.count == 1)
        #expect(new.doors.first?.socket === old.doors.first?.socket)
        #expect(new.number == 2)
        #expect(new.changes(since: old) == "listeners: added two, removed one")
    }

    /// A change and back asks for nothing, whatever the last file said.
    @Test func onlyWhatRunsDifferentlyNeedsARestart() throws {
        var settings = try settings(listener("one", "127.0.0.1:0"))
        settings.workers = 2
        let started = settings
        #expect(try Generation(settings).needsRestart(since: started) == [])
        settings.workers = 3
        settings.admin = .off
        let changed = try Generation(settings)
        #expect(changed.needsRestart(since: started) == ["workers (2 run)", "admin"])
        let back = try Generation(started, after: changed)
        #expect(back.needsRestart(since: started) == [])
    }

    /// An order that comes when nobody takes orders any more is refused at once.
    @Test func afterTheEndOrdersAreRefused() throws {
        let generation = try Generation(settings(listener("one", "127.0.0.1:0")))
        let desk = ControlDesk(generation, [], Placement(workers: 1, limit: 1))
        #expect(desk.close().isEmpty)
        let begun = Clock.now()
        guard case .failed(let why) = desk.reload().outcome else {
            Issue.record("it was not refused")
            return
        }
        #expect(why == "attache has ended")
        #expect(!desk.drain())
        #expect(Clock.now() - begun < Limits.reloadAnswer.nanoseconds / 10)
    }

    @Test func whatDidNotChangeIsTakenOver() throws {
        let old = try Generation(settings(listener("one", "127.0.0.1:0")))
        let same = try Generation(settings(listener("one", "127.0.0.1:0")), after: old)
        #expect(same.changes(since: old) == "nothing changed")
        #expect(same.upstreams.first === old.upstreams.first)
        #expect(same.entrances.first?.tally === old.entrances.first?.tally)
    }

    @Test func whatChangedIsNamed() throws {
        let old = try Generation(
            settings(
                listener("in", "127.0.0.1:0"), upstreams: upstream("a"), upstream("gone")))
        var listener = try listener("in", "127.0.0.1:0")
        listener.sessions = 3
        var next = try settings(
            listener, upstreams: upstream("a", "127.0.0.1:2"), upstream("new"))
        next.drain = .seconds(1)
        let new = try Generation(next, after: old)
        #expect(
            new.changes(since: old)
                == "listeners: changed in; upstreams: added new, removed gone, changed a; drain: 1s"
        )
        #expect(new.upstreams.first !== old.upstreams.first)
        #expect(new.upstreams.first?.tally === old.upstreams.first?.tally)
    }

    @Test func anAddressThatOverlapsOurOwnSocketWantsARestart() throws {
        // A port that was free a moment ago.
        let port = try #require(
            Generation(settings(listener("probe", "127.0.0.1:0"))).doors.first?.socket.address.port)
        let old = try Generation(settings(listener("all", "0.0.0.0:\(port)")))
        let narrow = try settings(listener("near", "127.0.0.1:\(port)"))
        #expect {
            try Generation(narrow, after: old)
        } throws: { error in
            (error as? StartFailure)?.message
                == "near: 127.0.0.1:\(port) overlaps 0.0.0.0:\(port), where this process listens "
                + "already (all), and a socket cannot be moved without a gap; restart attache, or "
                + "name another port"
        }
    }

    @Test func anotherReasonNotToBindIsToldAsItIs() throws {
        let port = try #require(
            Generation(settings(listener("probe", "127.0.0.1:0"))).doors.first?.socket.address.port)
        let old = try Generation(settings(listener("here", "127.0.0.1:\(port)")))
        // TEST-NET-1 (RFC 5737): no machine has it.
        let nowhere = try settings(listener("there", "192.0.2.1:\(port)"))
        #expect {
            try Generation(nowhere, after: old)
        } throws: { error in
            (error as? StartFailure)?.message.contains("this machine has no such address") == true
        }
    }

    @Test func aListenerWithoutItsUpstreamIsRefused() throws {
        let settings = try settings(listener("in", "127.0.0.1:0", "b"))
        #expect {
            try Generation(settings)
        } throws: { error in
            (error as? StartFailure)?.message.contains("no upstream of that name") == true
        }
    }

    @Test func nobodyKeepsASocketOpenByLookingAtWhatWasServed() throws {
        var generation: Generation? = try Generation(settings(listener("in", "127.0.0.1:0")))
        weak let socket = generation?.doors.first?.socket
        let seen = try Generation(withoutSockets: #require(generation))
        generation = nil
        #expect(socket == nil)
        #expect(seen.entrances.first?.addresses.first?.hasPrefix("127.0.0.1:") == true)
    }

    @Test func whoAsksForTheStatusKeepsNoSocketOpen() throws {
        var generation: Generation? = try Generation(settings(listener("in", "127.0.0.1:0")))
        weak let first = generation?.doors.first?.socket
        let desk = try ControlDesk(
            #require(generation), [], Placement(workers: 1, limit: 1))
        generation = nil
        #expect(first == nil)
        generation = try Generation(settings(listener("next", "127.0.0.1:0")))
        weak let second = generation?.doors.first?.socket
        desk.post(try #require(generation))
        generation = nil
        #expect(second == nil)
        #expect(desk.status().listeners.map(\.name) == ["next"])
    }

    @Test func whatChangedIsKnownWithoutTheOldSockets() throws {
        let old = try Generation(settings(listener("one", "127.0.0.1:0")))
        let new = try Generation(settings(listener("two", "127.0.0.1:0")), after: old)
        #expect(new.changes(since: Generation(withoutSockets: old)) == new.changes(since: old))
    }

    // MARK: port 0

    private func doors(
        _ names: String..., after old: Generation? = nil
    ) throws -> Generation {
        let upstreams = [try upstream("a")]
        let listeners = try names.map { try listener($0, "127.0.0.1:0") }
        return try Generation(
            Settings(listeners: listeners, upstreams: upstreams, workers: 1), after: old)
    }

    private func socket(_ name: String, _ generation: Generation) -> ListeningSocket? {
        generation.doors.first { $0.entrance.settings.name == name }?.socket
    }

    @Test func eachListenerAtPortZeroHasASocketOfItsOwnAndKeepsIt() throws {
        let old = try doors("a", "b")
        #expect(socket("a", old) !== socket("b", old))
        #expect(old.doors.count == 2)
        #expect(old.entrances.map(\.addresses)[0] != old.entrances.map(\.addresses)[1])
        let more = try doors("b", "c", "a", after: old)
        for name in ["a", "b"] { #expect(socket(name, more) === socket(name, old)) }
        #expect(!old.doors.contains { $0.socket === socket("c", more) })
        let fewer = try doors("c", after: more)
        #expect(socket("c", fewer) === socket("c", more))
    }

    @Test func aRenameAtPortZeroIsFollowedWhereOnlyOneCanBeMeant() throws {
        let old = try doors("a", "b")
        let renamed = try doors("b", "c", after: old)
        #expect(socket("c", renamed) === socket("a", old))
        #expect(socket("b", renamed) === socket("b", old))
        let others = try doors("d", "e", after: old)
        #expect(!others.doors.contains { door in old.doors.contains { $0.socket === door.socket } })
    }

    // MARK: warnings

    @Test func aReloadWarnsOfFilesAsTheyAreNow() throws {
        let bench = Bench()
        let (identity, own) = (
            bench.authority.issue().files(bench.scratch, "in"),
            bench.authority.issue(Bench.clientRequest).files(bench.scratch, "out")
        )
        var listener = try listener("in", "127.0.0.1:0")
        listener.tls = ServerTLSSettings(identities: [identity], clientCertificate: .off)
        var upstream = try upstream("a")
        upstream.tls = ClientTLSSettings()
        upstream.tls?.ca = bench.caFile
        upstream.tls?.identity = own
        let settings = try settings(listener, upstreams: upstream)
        let old = try Generation(settings)
        #expect(old.warnings == [])
        for file in [identity.key, own.key] { chmod(file, 0o644) }
        let new = try Generation(settings, after: old)
        // Their contents are the same, so tickets and sessions are kept.
        #expect(new.changes(since: old) == "nothing changed")
        for file in [identity.key, own.key] {
            #expect(new.warnings.contains { $0.contains(file) && $0.contains("0644") })
        }
        for file in [identity.key, own.key] { chmod(file, 0o600) }
        #expect(try Generation(settings, after: new).warnings == [])
    }
}
