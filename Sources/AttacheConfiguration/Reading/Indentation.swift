// SPDX-License-Identifier: Apache-2.0
// Keys that stand beside what they belong below, by a wrong indentation: told once, not one by one.

enum Indentation {
    /// A key with nothing in it, and what follows it at its own level and belongs into it: noted at
    /// that key. Answers the places of all of them.
    ///
    /// - Parameter belongs: whether the second can be meant to stand below the first.
    static func noteOrphans(
        _ pairs: [Node.Pair], _ reading: inout Reading, belongs: (Node.Pair, Node.Pair) -> Bool
    ) -> Set<Int> {
        var told: Set<Int> = []
        for (index, home) in pairs.enumerated() where home.value.kind == "nothing" {
            if told.contains(index) { continue }
            let orphans = pairs[(index + 1)...].prefix { belongs($0, home) }
            guard let last = orphans.indices.last else { continue }
            reading.note(
                .problem, home.place, home.value.path,
                "has nothing in it: what follows (\(few(orphans.map(\.key)))) is not indented "
                    + "below it",
                "Begin each line that belongs to it with two more spaces than \(home.key) has.")
            told.formUnion(index...last)
        }
        return told
    }

    /// Unknown keys of which several belong into one block: noted at the first of them. Answers
    /// those that stand alone.
    static func noteStrays(
        _ unknown: [Node.Pair], in node: Node, among keys: [Key], _ reading: inout Reading
    ) -> [Node.Pair] {
        // More than all blocks together have keys: something else is wrong.
        guard unknown.count <= 100 else { return unknown }
        var left = unknown
        while left.count > 1 {
            let groups = keys.map { key in (key, left.filter { key.holds($0.key) }) }
            guard let (home, members) = groups.max(by: { $0.1.count < $1.1.count }),
                let first = members.first, members.count > 1
            else { break }
            let others = members.dropFirst().map(\.key)
            reading.misspells(home.name, in: node)
            reading.note(
                .problem, first.place, first.value.path,
                "unknown key, as \(others.count == 1 ? "is" : "are") \(few(others))",
                "They belong into \(home.name): \(home.block(of: few(members.map(\.key)))).")
            left.removeAll { pair in members.contains { $0.place == pair.place } }
        }
        return left
    }

    private static func few(_ names: [String]) -> String {
        names.count < 6
            ? names.listed : (names.prefix(4) + ["\(names.count - 4) more"]).listed
    }
}

extension Key {
    /// Whether `word` is a key of its block, or of the blocks of its names.
    func holds(_ word: String) -> Bool {
        switch shape {
        case .block(let keys), .named(let keys, _): keys.contains { $0.name == word }
        case .scalar, .list, .table, .word: false
        }
    }

    var isNamed: Bool {
        if case .named = shape { true } else { false }
    }

    /// `{certificate and key}` · `{orders-db: {bind and upstream}}`
    func block(of words: String) -> String {
        if case .named(_, let example) = shape { "{\(example): {\(words)}}" } else { "{\(words)}" }
    }
}
