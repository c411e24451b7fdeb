// SPDX-License-Identifier: Apache-2.0
// The kind of settings that take one of a few words.

extension Kind
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// One of the type's words; with the nearest where it is none.
    static var word: Kind {
        let words = Value.allCases.map(\.rawValue)
        return scalar(
            Scalar(
                name: words.listed("or"), hint: "Write \(words.listed("or")).", words: words),
            text: \.rawValue
        ) { text throws(Problem) in
            if let value = Value(rawValue: text) { return value }
            let near = Words.nearest(to: text, among: words).map { "; did you mean \($0)?" }
            throw Problem("it is none of \(words.listed)" + (near ?? ""))
        }
    }
}
