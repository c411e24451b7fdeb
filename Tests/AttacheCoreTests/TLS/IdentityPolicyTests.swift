// SPDX-License-Identifier: Apache-2.0
// Promises of identity policies, as tables.

import Testing

@testable import AttacheCore

@Suite struct IdentityPolicyTests {
    private func allows(_ texts: [String], _ names: PresentedNames) throws -> Bool {
        try IdentityPolicy(parsing: texts).allows(names)
    }

    @Test(arguments: [
        ("app.internal", "app.internal", true),
        ("APP.internal", "app.INTERNAL", true),
        ("app.internal.", "app.internal", true),
        ("app.internal", "app.internal.", true),
        ("app.internal", "xapp.internal", false),
        ("*.internal", "app.internal", true),
        ("*.internal", "a.b.internal", false),
        ("*.internal", ".internal", false),
        ("*.internal", "internal", false),
        ("*", "app", true),
        ("*", "app.internal", false),
        ("*.*.internal", "a.b.internal", true),
        ("db-1.*.corp", "db-1.eu.corp", true),
        ("*.bücher.test", "", false),
        ("*.test", "xn--bcher-kva.test", true),
        ("xn--bcher-kva.test", "xn--bcher-kva.test", true),
        ("www.internal", "*.internal", false),
        ("*.internal", "*.internal", true),
    ])
    func dnsPatternMatchesWholeLabelsOnly(_ pattern: String, _ name: String, _ expected: Bool) {
        let answer = try? allows(["dns:" + pattern], PresentedNames(dns: [name]))
        #expect((answer ?? false) == expected)
    }

    @Test(arguments: [
        ("spiffe://corp/orders/a", "spiffe://corp/orders/a", true),
        ("spiffe://corp/orders/a", "spiffe://corp/Orders/a", false),
        ("spiffe://corp/orders/*", "spiffe://corp/orders/a", true),
        ("spiffe://corp/orders/*", "spiffe://corp/orders/", false),
        ("spiffe://corp/orders/*", "spiffe://corp/orders/a/b", false),
        ("spiffe://corp/web-*/x", "spiffe://corp/web-12/x", true),
        ("spiffe://corp/web-*/x", "spiffe://corp/web-/x", false),
        ("spiffe://corp/**", "spiffe://corp/a/b/c", true),
        ("spiffe://corp/**", "spiffe://corp/", false),
        ("spiffe://corp/**/leaf", "spiffe://corp/a/b/leaf", true),
        ("spiffe://corp/**/leaf", "spiffe://corp/leaf", false),
        ("spiffe://*/x", "spiffe://evil/corp/x", false),
        ("*", "a", true),
        ("*", "", false),
    ])
    func uriStarsStayWithinTheirPiece(_ pattern: String, _ name: String, _ expected: Bool) throws {
        #expect(try allows(["uri:" + pattern], PresentedNames(uri: [name])) == expected)
    }

    @Test(arguments: [
        ("client", "client", true), ("client", "Client", false), ("cli*", "client", true),
        ("cli*", "cli", false), ("*", "Grüße", true), ("*", "a/b", false),
    ])
    func commonNameIsComparedAsItStands(_ pattern: String, _ name: String, _ expected: Bool) throws
    {
        #expect(try allows(["cn:" + pattern], PresentedNames(commonName: name)) == expected)
    }

    @Test(arguments: [
        ("::1", "0:0:0:0:0:0:0:1", true), ("FD00::9", "fd00::9", true),
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.11", false),
        ("::ffff:10.0.0.1", "10.0.0.1", false),
    ])
    func addressIsComparedWhateverItsForm(_ pattern: String, _ name: String, _ expected: Bool)
        throws
    {
        #expect(try allows(["ip:" + pattern], PresentedNames(ip: [name])) == expected)
    }

    @Test func oneMatchingNameOfManyIsEnough() throws {
        let names = PresentedNames(dns: ["a.test", "b.test"], uri: ["u:x"])
        #expect(try allows(["cn:nobody", "dns:b.test"], names))
        #expect(try !allows(["cn:nobody", "dns:c.test"], names))
    }

    @Test func kindsAreNeverMixed() throws {
        let names = PresentedNames(commonName: "a.test")
        #expect(try !allows(["dns:a.test"], names))
        #expect(try !allows(["cn:a.test"], PresentedNames(dns: ["a.test"])))
        #expect(try !allows(["uri:a.test"], PresentedNames(dns: ["a.test"])))
    }

    @Test func nobodyWithoutNamesComesInUnlessAnyVerified() throws {
        #expect(try !allows(["dns:*", "cn:*", "uri:**"], PresentedNames()))
        #expect(IdentityPolicy.anyVerified.allows(PresentedNames()))
        #expect(try IdentityPolicy(parsing: ["any-verified"]) == .anyVerified)
    }

    @Test(arguments: [
        ([], "any-verified alone"),
        (["app.internal"], "what kind of name"),
        (["host:app"], "no kind of name"),
        (["DNS:app"], "no kind of name"),
        (["dns:"], "names nobody"),
        (["cn:"], "names nobody"),
        (["any-verified", "cn:a"], "any-verified alone"),
        (["any-verified", "any-verified"], "any-verified alone"),
        (["dns:web-*.internal"], "one whole label"),
        (["dns:**.internal"], "one whole label"),
        (["dns:a..b"], "not a DNS name"),
        (["dns:a b"], "not a DNS name"),
        (["dns:bücher.test"], "xn--"),
        (["dns: a"], "spaces"),
        (["cn:a\nb"], "control characters"),
        (["ip:10.0.0.0/8"], "not one IP address"),
        (["ip:[::1]"], "not one IP address"),
        (["ip:010.0.0.1"], "not one IP address"),
        (["ip:*"], "not one IP address"),
        (["cn:a**"], "2 stars"),
        (["uri:a***"], "3 stars"),
    ])
    func malformedPolicySaysWhatToWrite(_ texts: [String], _ part: String) {
        do {
            let policy = try IdentityPolicy(parsing: texts)
            Issue.record("\(texts) became \(policy)")
        } catch {
            #expect(error.message.contains(part), "\(error.message)")
        }
    }

    @Test func manyStarsTakeNoExponentialTime() throws {
        let pattern = "uri:" + String(repeating: "**a", count: 40) + "b"
        let name = String(repeating: "a", count: 20_000)
        #expect(try !allows([pattern], PresentedNames(uri: [name])))
    }

    @Test func policyIsWrittenAsItWasRead() throws {
        let policy = try IdentityPolicy(parsing: ["dns:A.test", "ip:0::1"])
        #expect("\(policy)" == "dns:a.test, ip:::1")
        #expect("\(IdentityPolicy.anyVerified)" == "any-verified")
    }

    @Test func namesInLogsAreBounded() {
        let names = PresentedNames(dns: (0..<9).map { "n\($0)" })
        #expect("\(names)".hasSuffix("dns:n7 and 1 more"))
        let long = PresentedNames(uri: [String(repeating: "x", count: 5000)])
        #expect("\(long)".utf8.count < 300)
        #expect("\(PresentedNames())" == "no usable name")
    }
}
