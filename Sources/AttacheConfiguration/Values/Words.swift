// SPDX-License-Identifier: Apache-2.0
// Words for people: what a mistyped one was probably meant to be, and several in a row.

package enum Words {
    /// Nobody's key is longer, and what is much longer is no slip of the finger.
    private static let longest = 64

    /// Up to a third of the word may be wrong.
    package static func nearest(to word: String, among words: [String]) -> String? {
        guard word.utf8.count <= longest else { return nil }
        let best = words.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(1, word.count / 3) else { return nil }
        return best.0
    }

    /// Levenshtein: single letters put in, left out or exchanged.
    package static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let changed = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}

extension [String] {
    /// `--ca`, `--ca and --key`, `--ca, --key and --crl`
    package var listed: String { listed("and") }

    package func listed(_ last: String) -> String {
        guard let end = self.last, count > 1 else { return joined() }
        return dropLast().joined(separator: ", ") + " \(last) " + end
    }
}
