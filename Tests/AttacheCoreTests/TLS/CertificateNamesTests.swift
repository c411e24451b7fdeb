// SPDX-License-Identifier: Apache-2.0
// Promises of the choice of a certificate by name, as a table.

import COpenSSL
import Testing

@testable import AttacheCore

@Suite struct CertificateNamesTests {
    private static func table(_ lists: [[String]]) -> CertificateNames {
        var names = CertificateNames()
        for list in lists { _ = names.add(list, keyKind: EVP_PKEY_EC) }
        return names
    }

    @Test(arguments: [
        ("first.test", 0), ("b.test", 1), ("B.TEST", 1), ("b.test.", 1), ("unknown.test", 0),
        ("x.apps.test", 2), ("X.Apps.Test", 2), ("special.apps.test", 3), ("x.y.apps.test", 0),
        ("apps.test", 0), (".apps.test", 0), ("*.apps.test", 2), ("", 0), (".", 0), ("test", 0),
        ("b.test.evil", 0), ("xb.test", 0), ("127.0.0.1", 0),
    ])
    func exactNameWinsOverOneLabelOfAStarAndThenTheFirstIsForAll(_ name: String, _ place: Int) {
        let names = Self.table([
            ["first.test"], ["b.test"], ["*.apps.test"], ["special.apps.test", "c.test"],
        ])
        #expect(names.context(for: name) == place)
    }

    @Test func emptyTableHasTheFirstForEverybody() {
        #expect(CertificateNames().context(for: "a.test") == 0)
        #expect(Self.table([[]]).context(for: "a.test") == 0)
    }

    @Test func firstOfTwoWithTheSameNameWinsAndTheNameIsTold() {
        var names = Self.table([["a.test"], ["b.test", "*.x.test"]])
        let choice = names.add(["A.test", "*.X.test", "c.test"], keyKind: EVP_PKEY_EC)
        #expect(choice == .init(context: 2, shadowed: ["a.test", "*.x.test"]))
        #expect(names.context(for: "a.test") == 0)
        #expect(names.context(for: "c.test") == 2)
        #expect(names.context(for: "1.x.test") == 1)
    }

    @Test func sameNamesAndAnotherKindOfKeyShareAPlace() {
        var names = Self.table([["a.test"], ["b.test", "c.test"]])
        #expect(names.add(["c.test", "B.test"], keyKind: EVP_PKEY_RSA) == .init(context: 1))
        #expect(names.add(["a.test"], keyKind: EVP_PKEY_RSA) == .init(context: 0))
        // A third of a kind that is there already goes alone, and nobody gets it.
        #expect(
            names.add(["a.test"], keyKind: EVP_PKEY_RSA)
                == .init(context: 2, shadowed: ["a.test"]))
    }

    @Test func certificateWithoutNamesIsReachedAsTheFirstOnly() {
        var names = CertificateNames()
        #expect(!names.add([], keyKind: EVP_PKEY_EC).isUnreachable)
        #expect(names.add([], keyKind: EVP_PKEY_RSA) == .init(context: 0))
        #expect(names.add([], keyKind: EVP_PKEY_RSA).isUnreachable)
    }
}
