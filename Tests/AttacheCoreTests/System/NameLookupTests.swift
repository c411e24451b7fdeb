// SPDX-License-Identifier: Apache-2.0
// Promises of NameLookup, as far as a machine without a name server can keep them.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct NameLookupTests {
    @Test func localhostIsTheLoopbackAndEachAddressComesOnce() throws {
        let addresses = try NameLookup.addresses(of: "localhost").get()
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.map(\.description).contains("127.0.0.1:0"))
        #expect(addresses.allSatisfy { ["127.0.0.1:0", "[::1]:0"].contains($0.description) })
    }

    @Test func anAddressResolvesToItself() throws {
        let addresses = try NameLookup.addresses(of: "::1").get()
        #expect(addresses.map(\.description) == ["[::1]:0"])
    }

    @Test func aFailureNamesTheNameTheReasonAndWhatToTry() {
        let failure = NameLookup.failure("redis.internal", EAI_NONAME, Errno(0))
        #expect(
            failure.message == "\"redis.internal\" does not resolve: Name or service not known; "
                + "`getent ahosts redis.internal` asks the same")
    }

    @Test func aSystemErrorIsNamedToo() {
        let failure = NameLookup.failure("db", EAI_SYSTEM, Errno(EMFILE))
        #expect(failure.message.contains("System error: too many open files (EMFILE)"))
    }

    @Test func aNameThatCannotExistFails() {
        // RFC 6761 §6.4: nobody ever registers .invalid.
        guard case .failure(let failure) = NameLookup.addresses(of: "nowhere.invalid") else {
            Issue.record("nowhere.invalid resolved")
            return
        }
        #expect(failure.message.hasPrefix("\"nowhere.invalid\" does not resolve: "))
    }
}
