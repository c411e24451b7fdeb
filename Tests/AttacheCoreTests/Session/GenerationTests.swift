// SPDX-License-Identifier: Apache-2.0
// Promises of Generation: what is named again is kept, and what cannot be bound changes nothing.

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
}
