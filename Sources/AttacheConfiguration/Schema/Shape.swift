// SPDX-License-Identifier: Apache-2.0
// The description of settings as a value: documentation, JSON Schema and example are made of it.

/// One key of a block.
struct Key: Sendable {
    var name: String
    var isRequired = false
    /// The key beside it that may stand in its place, where it is required.
    var alternative: String?
    /// One sentence or two, for documentation and example.
    var about: String
    /// As one would write it; nil: the key has none, `about` says what its absence means.
    var defaultText: String?
    /// As one would write it in YAML, on one line.
    var example: String?
    var shape: Shape
}

indirect enum Shape: Sendable {
    case scalar(Scalar)
    case list(Shape)
    case block([Key])
    /// Names of the operator's choice, each with such a block.
    case named([Key], example: String)
    /// Values by keys of such a kind.
    case table(Scalar, Shape)
    /// One word in place of the rest.
    case word(String, or: Shape)
}

/// One kind of text, number or word.
struct Scalar: Sendable {
    /// With its article: `a duration`.
    var name: String
    /// What to write, as a sentence, where a value is none of its kind.
    var hint: String
    /// For JSON Schema; it may let pass what the reading refuses, never the other way round.
    var pattern: String?
    /// All there are, where there are only these.
    var words: [String] = []
    /// JSON's own types that it may be written in, beside a string.
    var json: JSONType = .string
    /// Never shown.
    var isSecret = false

    enum JSONType: Sendable {
        case string, boolean, integer
    }
}
