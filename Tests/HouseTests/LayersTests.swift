// SPDX-License-Identifier: Apache-2.0
// The check of the layers is checked itself, on a small house made up for it.

import Testing

struct LayersTests {
    private static func complaints(_ tree: [(String, String)]) -> [String] {
        Layers.complaints(about: tree.map { SourceFile("Sources/AttacheCore/\($0)", $1) })
    }

    private static let session = ("Session/Session.swift", "final class Session { struct Id {} }")

    @Test func aMentionOfALayerAboveIsToldWithBothLayersAndThePicture() throws {
        let complaints = Self.complaints([
            ("Relay/Flow.swift", "struct Flow {\n    let owner: Session\n    let two: Session?\n}"),
            Self.session,
        ])
        #expect(complaints.count == 1)
        let complaint = try #require(complaints.first)
        #expect(
            complaint.hasPrefix(
                "Sources/AttacheCore/Relay/Flow.swift:2 mentions Session, which lives above it: "
                    + "this file is in Relay, Session in Session "
                    + "(Sources/AttacheCore/Session/Session.swift)"))
        #expect(complaint.hasSuffix("ARCHITECTURE.md."))
    }

    @Test(arguments: [
        ("Session/Worker.swift", "let a: Session"),
        ("Attache.swift", "let a: Session"),
        ("Relay/Flow.swift", "// Session\nlet a = \"Session\""),
        ("Relay/Flow.swift", "let a: Other.Session"),
        ("Relay/Flow.swift", "private struct Session {}\nlet a: Session"),
        ("Relay/Flow.swift", "func f<Session>(_ a: Session) {}"),
        ("Relay/Flow.swift", "let session: Sessions<Id>"),
        ("Settings.swift", "let a: Session"),
    ])
    func whatPointsDownOrOnlyLooksAlikeIsFine(path: String, text: String) {
        #expect(Self.complaints([(path, text), Self.session]) == [])
    }

    @Test(arguments: zip(Layers.order, Layers.order.dropFirst()))
    func everyLayerKnowsTheOneBelowAndNotTheOneAbove(low: String, high: String) {
        let up = Self.complaints([
            ("\(low)/A.swift", "let b: Bee"), ("\(high)/In/B.swift", "struct Bee {}"),
        ])
        let down = Self.complaints([
            ("\(low)/In/A.swift", "struct Ay {}"), ("\(high)/B.swift", "let a: Ay"),
        ])
        #expect(up.count == 1 && down == [])
    }

    @Test func theFacadeIsAboveAllAndSettingsAreKnownToAll() {
        let files = [
            ("Attache.swift", "public struct Attache {}"),
            ("Settings.swift", "public struct Settings {}"), ("Limits.swift", "enum Limits {}"),
            ("Transport/TLS/P.swift", "public struct ConfigurationProblem: Error {}"),
        ]
        let uses = "let a: (Settings, Limits, ConfigurationProblem)"
        #expect(Self.complaints(files + [("Telemetry/A.swift", uses)]) == [])
        let up = Self.complaints(files + [("Session/A.swift", "let a: Attache")])
        #expect(up.first?.contains("Attache in the façade") == true)
    }

    @Test func interpolatedAndExtendedNamesAreMentionsToo() {
        let extended = ("Relay/A.swift", "extension Session {}")
        let interpolated = ("Relay/B.swift", #"let a = "\(Session.self)""#)
        #expect(Self.complaints([extended, interpolated, Self.session]).count == 2)
    }

    @Test func aFolderThatIsNoLayerIsToldSo() {
        let complaints = Self.complaints([("Helpers/A.swift", "struct A {}")])
        #expect(complaints.first?.contains("stands in a folder that is no layer") == true)
    }

    @Test(
        arguments: [
            ("struct A {}", ["A"]), ("private struct A {}", []),
            ("fileprivate final class A {}", []),
            ("public final class A { enum B {} }", ["A"]), ("typealias A = Int", ["A"]),
            ("extension A { struct B {} }", []), ("final class A { class func b() {} }", ["A"]),
            ("actor A {}\nprotocol B {}\nindirect enum C {}", ["A", "B", "C"]),
        ] as [(String, Set<String>)])
    func onlyOutermostTypesThatOthersCanSeeAreShared(text: String, names: Set<String>) {
        #expect(Declarations(SwiftCode(text)).shared == names)
    }
}
