// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of a file of settings (draft 2020-12), for editors.

extension Output {
    public static var schema: String {
        guard case .object(let root) = Draft.kind.shape.schema else { return "" }
        let head: [(String, JSON)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("attache.yaml")),
            ("description", .string("What attache run serves; see docs/configuration.md.")),
        ]
        return JSON.object(head + root).text
    }
}

extension Shape {
    /// Never stricter than the reading: what an editor marks is wrong.
    fileprivate var schema: JSON {
        switch self {
        case .scalar(let scalar): scalar.schema
        case .list(let item):
            .object([("type", .string("array")), ("items", item.schema)])
        case .block(let keys): Self.schema(of: keys)
        case .named(let keys, _):
            .object([
                ("type", .string("object")),
                ("propertyNames", .object([("pattern", .string(Names.pattern))])),
                ("additionalProperties", Self.schema(of: keys)), ("minProperties", .integer(1)),
            ])
        case .table(let key, let value):
            .object([
                ("type", .string("object")), ("propertyNames", key.schema),
                ("additionalProperties", value.schema),
            ])
        case .word(let word, let other):
            .object([
                ("anyOf", .array([.object([("const", .string(word))]), other.schema]))
            ])
        }
    }

    private static func schema(of keys: [Key]) -> JSON {
        func names(_ names: [String]) -> JSON { .array(names.map(JSON.string)) }
        let required = keys.filter { $0.isRequired && $0.alternative == nil }.map(\.name)
        var pairs: [(String, JSON)] = [
            ("type", .string("object")), ("additionalProperties", .boolean(false)),
        ]
        if !required.isEmpty { pairs.append(("required", names(required))) }
        for key in keys {
            guard let other = key.alternative else { continue }
            let either = [key.name, other].map { JSON.object([("required", names([$0]))]) }
            pairs.append(("oneOf", .array(either)))
        }
        pairs.append(("properties", .object(keys.map { ($0.name, $0.schema) })))
        return .object(pairs)
    }
}

extension Key {
    fileprivate var schema: JSON {
        guard case .object(let shape) = shape.schema else { return .object([]) }
        var pairs: [(String, JSON)] = [("description", .string(about))]
        if let defaultText { pairs.append(("default", Self.value(defaultText))) }
        return .object(pairs + shape)
    }

    private static func value(_ text: String) -> JSON {
        switch text {
        case "true", "false": .boolean(text == "true")
        default: .string(text)
        }
    }
}

extension Scalar {
    fileprivate var schema: JSON {
        if !words.isEmpty {
            // Without quotation marks YAML's readers make numbers and booleans of some.
            let typed = words.flatMap { word -> [JSON] in
                if json == .boolean { return [.boolean(word == "true"), .string(word)] }
                return Double(word) == nil ? [.string(word)] : [.string(word), .number(word)]
            }
            return .object([("enum", .array(typed))])
        }
        var pairs: [(String, JSON)] = [
            (
                "type",
                json == .integer
                    ? .array([.string("integer"), .string("string")]) : .string("string")
            )
        ]
        if let pattern { pairs.append(("pattern", .string(pattern))) }
        return .object(pairs)
    }
}
