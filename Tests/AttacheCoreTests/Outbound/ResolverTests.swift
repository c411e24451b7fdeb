// SPDX-License-Identifier: Apache-2.0
// Promises of Resolver, against a name service that answers when the test says so.

import Glibc
import Testing

@testable import AttacheCore

struct ResolverTests {
    /// Holds every look-up until the test opens it, and remembers what was asked.
    private final class NameService: Sendable {
        struct State {
            var isOpen: Bool
            var asked: [String] = []
            var busy = 0
            var busyMax = 0
        }
        let state: Monitor<State>

        init(isOpen: Bool) { state = Monitor(State(isOpen: isOpen)) }

        @Sendable func lookup(_ name: String) -> Resolver.Answer {
            state.withLock { state in
                state.asked.append(name)
                state.busy += 1
                state.busyMax = max(state.busyMax, state.busy)
            }
            state.wake()
            _ = state.wait(until: nil) { $0.isOpen ? () : nil }
            state.withLock { $0.busy -= 1 }
            if name.hasPrefix("bad") { return .failure(ResolveFailure(message: "no \(name)")) }
            return NameLookup.addresses(of: "127.0.0.1")
        }

        func open() {
            state.withLock { $0.isOpen = true }
            state.wake()
        }

        func waitUntilBusy(_ count: Int) -> Bool {
            state.wait(until: ResolverTests.soon()) { $0.busy >= count ? true : nil } ?? false
        }
    }

    /// Answers as they come, in words.
    private final class Answers: Sendable {
        let heard = Monitor<[String]>([])

        @Sendable func take(_ answer: Resolver.Answer) {
            let words = Self.words(answer)
            heard.withLock { $0.append(words) }
            heard.wake()
        }

        func wait(_ count: Int) -> [String] {
            let all = heard.wait(until: ResolverTests.soon()) { $0.count >= count ? $0 : nil }
            return all ?? heard.withLock { $0 }
        }

        static func words(_ answer: Resolver.Answer) -> String {
            switch answer {
            case .success(let addresses): addresses.map(\.description).joined(separator: " ")
            case .failure(let failure): failure.message
            }
        }
    }

    fileprivate static func soon() -> UInt64 { Clock.now() + 20_000_000_000 }

    @Test func aNameIsAskedForOnceHoweverManyWait() {
        let service = NameService(isOpen: false)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        for port in 1...10 {
            #expect(resolver.resolve("a", port: UInt16(port), then: answers.take) == nil)
        }
        service.open()
        #expect(Set(answers.wait(10)) == Set((1...10).map { "127.0.0.1:\($0)" }))
        #expect(service.state.withLock { $0.asked } == ["a"])
    }

    @Test func anAnswerIsKnownAtOnceForASecondAndThenAskedForAgain() throws {
        let service = NameService(isOpen: true)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        #expect(resolver.resolve("a", port: 1, then: answers.take) == nil)
        #expect(answers.wait(1).count == 1)
        let start = Clock.now()
        var known = try #require(resolver.resolve("a", port: 2, then: answers.take))
        #expect(Answers.words(known) == "127.0.0.1:2")
        while let answer = resolver.resolve("a", port: 3, then: answers.take) {
            known = answer
            try #require(Clock.now() < start + 20_000_000_000)
            sched_yield()
        }
        #expect(Answers.words(known) == "127.0.0.1:3")
        #expect(answers.wait(2).count == 2)
        #expect(service.state.withLock { $0.asked } == ["a", "a"])
    }

    @Test func aFailureIsToldAndNotKept() {
        let service = NameService(isOpen: true)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        for count in 1...3 {
            #expect(resolver.resolve("bad", port: 1, then: answers.take) == nil)
            #expect(answers.wait(count).last == "no bad")
        }
        #expect(service.state.withLock { $0.asked.count } == 3)
    }

    @Test func noMoreThreadsThanTheLimitAskAndEveryNameIsAnswered() {
        let service = NameService(isOpen: false)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        for name in 0..<50 {
            #expect(resolver.resolve("name-\(name)", port: 1, then: answers.take) == nil)
        }
        #expect(service.waitUntilBusy(4))
        #expect(resolver.threads == 4)
        service.open()
        #expect(answers.wait(50).count == 50)
        #expect(service.state.withLock { $0.busyMax } == 4)
    }

    @Test func aFullQueueFailsTheNextNameAtOnceAndNoneThatWaits() {
        let service = NameService(isOpen: false)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        for name in 0..<4 { _ = resolver.resolve("busy-\(name)", port: 1, then: answers.take) }
        #expect(service.waitUntilBusy(4))
        for name in 0..<1024 {
            #expect(resolver.resolve("queued-\(name)", port: 1, then: answers.take) == nil)
        }
        let refused = resolver.resolve("one-more", port: 1, then: answers.take)
        #expect(
            refused.map(Answers.words) == "\"one-more\" was not looked up: 1024 names wait for the "
                + "name servers already; do they answer?")
        #expect(resolver.resolve("queued-7", port: 2, then: answers.take) == nil)
        service.open()
        #expect(answers.wait(1029).count == 1029)
    }

    @Test func whoIsAnsweredMayAskAgainFromThere() {
        let service = NameService(isOpen: true)
        let resolver = Resolver(lookup: service.lookup)
        let answers = Answers()
        _ = resolver.resolve("a", port: 1) { answer in
            answers.take(answer)
            _ = resolver.resolve("b", port: 2, then: answers.take)
        }
        #expect(answers.wait(2) == ["127.0.0.1:1", "127.0.0.1:2"])
    }

    @Test func threadsWithoutWorkEndAndComeBackForMore() throws {
        let service = NameService(isOpen: true)
        let resolver = Resolver(lookup: service.lookup, idleKept: .milliseconds(1))
        let answers = Answers()
        for round in 1...3 {
            #expect(resolver.resolve("bad-\(round)", port: 1, then: answers.take) == nil)
            #expect(answers.wait(round).count == round)
            let limit = Self.soon()
            while resolver.threads > 0 {
                try #require(Clock.now() < limit)
                sched_yield()
            }
        }
    }
}
