// SPDX-License-Identifier: Apache-2.0
// Promises of Mailbox: every message once, in order, and one ring of the bell for many.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct MailboxTests {
    private let somebody = Token(slot: 5, generation: 9)

    /// How often the bell rang since it was last heard.
    private func rings(_ mailbox: Mailbox) -> UInt64 {
        var count: eventfd_t = 0
        return eventfd_read(mailbox.bell.raw, &count) == 0 ? count : 0
    }

    @Test func anEmptyMailboxIsSilent() throws {
        let mailbox = try Mailbox()
        #expect(rings(mailbox) == 0)
        #expect(mailbox.collect().isEmpty)
    }

    @Test(arguments: [1, 2, 1000])
    func manyMessagesRingOnceAndComeInOrder(count: Int) throws {
        let mailbox = try Mailbox()
        for number in 0..<count { mailbox.post(number, to: somebody) }
        #expect(rings(mailbox) == 1)
        let mails = mailbox.collect()
        #expect(mails.map { $0.message as? Int } == Array(0..<count))
        #expect(mails.allSatisfy { $0.to == somebody })
    }

    @Test func collectingHushesTheBellAndTheNextMessageRingsAgain() throws {
        let mailbox = try Mailbox()
        mailbox.post("one", to: somebody)
        #expect(mailbox.collect().count == 1)
        #expect(rings(mailbox) == 0)
        #expect(mailbox.collect().isEmpty)
        mailbox.post("two", to: somebody)
        #expect(rings(mailbox) == 1)
    }

    @Test func threadsPostAtOnceAndNothingIsLostOrRungInVain() throws {
        let mailbox = try Mailbox()
        let (posters, each) = (4, 5000)
        var threads: [Thread] = []
        for poster in 0..<posters {
            threads.append(
                try Thread.spawn(name: "poster") {
                    for number in 0..<each {
                        mailbox.post([poster, number], to: Token(slot: poster, generation: 1))
                    }
                })
        }
        var heard = Array(repeating: 0, count: posters)
        while heard.reduce(0, +) < posters * each {
            // Only the bell is waited for: mail without a ring would stop here.
            var interest = pollfd(fd: mailbox.bell.raw, events: Int16(POLLIN), revents: 0)
            try #require(poll(&interest, 1, 20_000) == 1, "mail waits and nobody rang")
            for mail in mailbox.collect() {
                let message = try #require(mail.message as? [Int])
                #expect(message == [mail.to.slot, heard[mail.to.slot]])
                heard[mail.to.slot] += 1
            }
        }
        for thread in threads { thread.join() }
    }
}
