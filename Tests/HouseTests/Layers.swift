// SPDX-License-Identifier: Apache-2.0
// Which folder of AttacheCore may know which: mentions point down only.

enum Layers {
    static let core = "Sources/AttacheCore"

    /// From low to high. Telemetry is a leaf that anyone may use; System makes the system calls.
    static let order = [
        "Telemetry", "System", "Reactor", "Transport", "Prelude", "Relay", "Upstream", "Session",
        "Load",
    ]

    /// The rooms of the files that stand in the core's own folder, such as Attache.swift.
    static let roof = "the façade"

    /// Plain values that every layer may name and that may name a layer's values.
    static let knownToAll = ["Settings", "TunnelSettings", "Limits"].map {
        "\(core)/\($0).swift"
    }
    /// What any layer may find wrong with the settings it was given.
    static let namesKnownToAll: Set = ["ConfigurationProblem"]

    /// One sentence for each name that points up, in the order of the files.
    static func complaints(about files: [SourceFile]) -> [String] {
        let ours = files.filter { $0.isUnder(core) && !knownToAll.contains($0.path) }
        var homes: [String: (layer: Int, path: String)] = [:]
        var complaints: [String] = []
        for file in ours {
            guard let layer = layer(of: file) else {
                complaints.append(
                    "\(file.path) stands in a folder that is no layer. The layers are "
                        + order.joined(separator: ", ")
                        + "; a new one needs its place in this list and in ARCHITECTURE.md.")
                continue
            }
            for name in Declarations(file.code).shared { homes[name] = (layer, file.path) }
        }
        for name in namesKnownToAll { homes[name] = nil }
        return complaints + ours.flatMap { mentions(upFrom: $0, homes) }
    }

    private static func mentions(
        upFrom file: SourceFile, _ homes: [String: (layer: Int, path: String)]
    ) -> [String] {
        guard let own = layer(of: file) else { return [] }
        var seen = Declarations(file.code).all
        return file.code.words.compactMap { word in
            guard !word.isMember, let home = homes[word.text], home.layer > own,
                seen.insert(word.text).inserted
            else { return nil }
            return "\(file.path):\(word.line) mentions \(word.text), which lives above it: "
                + "this file is in \(name(own)), \(word.text) in \(name(home.layer)) "
                + "(\(home.path)), and mentions point down only. Could it be handed a value, a "
                + "closure or a protocol of its own layer instead? The picture with all layers "
                + "is in ARCHITECTURE.md."
        }
    }

    private static func name(_ layer: Int) -> String {
        layer < order.count ? order[layer] : roof
    }

    /// The first folder under the core counts: Upstream/Outbound is Upstream.
    private static func layer(of file: SourceFile) -> Int? {
        let parts = file.path.dropFirst(core.count + 1).split(separator: "/")
        return parts.count == 1 ? order.count : order.firstIndex(of: String(parts[0]))
    }
}

/// The types that a file declares.
struct Declarations {
    /// Those the rest of the module can see: at the outermost level, not private.
    private(set) var shared: Set<String> = []
    /// Those and the nested ones, the private ones and the generic parameters.
    private(set) var all: Set<String> = []

    private static let kinds: Set = [
        "struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype",
    ]
    private static let modifiers: Set = [
        "public", "package", "internal", "private", "fileprivate", "open", "final", "indirect",
        "nonisolated", "frozen", "MainActor", "unsafe",
    ]
    /// `class func`, `class var`: no type follows.
    private static let members: Set = ["func", "var", "let", "subscript", "override"]

    init(_ code: SwiftCode) {
        let words = code.words
        for (index, word) in words.enumerated() where !word.isMember {
            guard index + 1 < words.count else { continue }
            let next = words[index + 1]
            // `init<A>`, `func f<A>`, `struct S<A>`: the first parameter; more are rare.
            let introducer = index > 0 ? words[index - 1].text : ""
            if word.isFollowedByAngle,
                word.text == "init" || introducer == "func" || Self.kinds.contains(introducer)
            {
                all.insert(next.text)
            }
            guard Self.kinds.contains(word.text), !Self.members.contains(next.text) else {
                continue
            }
            all.insert(next.text)
            let modifiers = words[..<index].reversed().prefix { Self.modifiers.contains($0.text) }
            let isPrivate = modifiers.contains { ["private", "fileprivate"].contains($0.text) }
            if word.depth == 0, !isPrivate { shared.insert(next.text) }
        }
    }
}
