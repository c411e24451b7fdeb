// SPDX-License-Identifier: Apache-2.0
// Kinds of numbers and flags. None is guessed: 0123 is no number, yes is no boolean.

extension Kind where Value == Bool {
    static let flag = scalar(
        Scalar(
            name: "true or false", hint: "Write true or false.", words: ["true", "false"],
            json: .boolean), text: \.description
    ) { text throws(Problem) in
        switch text {
        case "true": true
        case "false": false
        default: throw Problem("it is neither true nor false")
        }
    }
}

extension Kind where Value == Int {
    /// From 1.
    static func count(most: Int, hint: String) -> Kind {
        scalar(
            Scalar(
                name: "a number from 1 to \(most)", hint: hint, pattern: "^[1-9][0-9]{0,9}$",
                json: .integer), text: \.description
        ) { text throws(Problem) in try Counts.parse(text, most: most) }
    }

    /// In bytes.
    static func size(_ sizes: SizeRange) -> Kind {
        scalar(
            Scalar(
                name: "a size from \(sizes.text)", hint: "Write such as \(sizes.example).",
                pattern: "^[0-9]+(B|KiB|MiB|GiB)?$", json: .integer), text: Sizes.short,
            parse: sizes.parse)
    }
}

extension Kind where Value == Workers {
    static let workers = scalar(
        Scalar(
            name: "auto or a number from 1 to \(Workers.most)", hint: "Write auto or a number.",
            pattern: "^(auto|[1-9][0-9]{0,2})$", json: .integer),
        text: { $0 == .auto ? "auto" : "\($0.number)" }, parse: Workers.parse)
}

extension Kind where Value == UInt16 {
    static let mode = scalar(
        Scalar(
            name: "permissions", hint: "Write such as 0600 or 0660.", pattern: "^[0-7]{3,4}$",
            json: .integer), text: Mode.text
    ) { text throws(Problem) in try Mode.parse(text).bits }
}
