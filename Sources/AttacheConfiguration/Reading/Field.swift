// SPDX-License-Identifier: Apache-2.0
// One key of a block together with the property that it sets: what a new setting is added as.

struct Field<Target>: Sendable {
    let name: String
    let isRequired: Bool
    /// The key beside it that may stand in its place, where it is required.
    var alternative: String?
    /// Described against a target that holds the defaults.
    let key: @Sendable (Target) -> Key
    let read: @Sendable (inout Target, Node, inout Reading) -> Void
}

extension Field {
    /// `about`: a sentence; what its absence means where there is no default.
    init<Value>(
        _ name: String, _ kind: Kind<Value>,
        _ property: WritableKeyPath<Target, Value> & Sendable,
        required: Bool = false, unless alternative: String? = nil, example: String? = nil,
        _ about: String
    ) {
        self.name = name
        self.alternative = alternative
        isRequired = required
        key = { target in
            Key(
                name: name, isRequired: required, alternative: alternative, about: about,
                defaultText: required ? nil : kind.text(target[keyPath: property]),
                example: example, shape: kind.shape)
        }
        read = { target, node, reading in
            if let value = kind.read(node, &reading) { target[keyPath: property] = value }
        }
    }

    /// For what may be absent in the settings too.
    init<Value>(
        optional name: String, _ kind: Kind<Value>,
        _ property: WritableKeyPath<Target, Value?> & Sendable,
        example: String? = nil, _ about: String
    ) {
        self.name = name
        isRequired = false
        key = { target in
            Key(
                name: name, about: about,
                defaultText: target[keyPath: property].flatMap(kind.text), example: example,
                shape: kind.shape)
        }
        read = { target, node, reading in
            if let value = kind.read(node, &reading) { target[keyPath: property] = value }
        }
    }

    /// A block within the block, whose keys set properties of the same target.
    init(_ name: String, _ fields: [Field], _ about: String) {
        self.name = name
        isRequired = false
        key = { target in
            Key(name: name, about: about, shape: .block(fields.map { $0.key(target) }))
        }
        read = { target, node, reading in fields.read(node, into: &target, &reading) }
    }

    /// A field of one part of the target, such as what both roles of TLS share.
    func of<Whole>(_ part: WritableKeyPath<Whole, Target> & Sendable) -> Field<Whole> {
        let (key, read) = (key, read)
        return Field<Whole>(
            name: name, isRequired: isRequired, alternative: alternative,
            key: { key($0[keyPath: part]) },
            read: { whole, node, reading in read(&whole[keyPath: part], node, &reading) })
    }
}

extension Kind {
    /// A block of keys. `initial`: a target that holds the defaults.
    static func block(
        _ fields: [Field<Value>], initial: @escaping @Sendable () -> Value
    ) -> Kind {
        Kind(
            shape: .block(fields.map { $0.key(initial()) }),
            read: { node, reading in
                var value = initial()
                return fields.read(node, into: &value, &reading) ? value : nil
            })
    }

    /// Blocks by names of the operator's choice.
    static func named<Item>(
        _ fields: [Field<Item>], example: String, initial: @escaping @Sendable (String) -> Item
    ) -> Kind where Value == [Entry<Item>] {
        Kind(
            shape: .named(fields.map { $0.key(initial("")) }, example: example),
            read: { node, reading in
                guard case .mapping(let pairs) = node.content else {
                    reading.problem(
                        with: node, "is \(node.kind), and names with a block each are wanted here",
                        remedy: "Write such as \(example): {…}.")
                    return nil
                }
                let told = Indentation.noteOrphans(pairs, &reading) { orphan, _ in
                    fields.contains { $0.name == orphan.key }
                }
                return pairs.enumerated().map { index, pair in
                    Names.check(pair, &reading)
                    var item = initial(pair.key)
                    if !told.contains(index) { fields.read(pair.value, into: &item, &reading) }
                    return Entry(name: pair.key, node: pair.value, value: item)
                }
            })
    }
}

/// What a name stands for, and where in the file.
struct Entry<Value: Sendable>: Sendable {
    var name: String
    var node: Node
    var value: Value
}

extension Array {
    /// false: it is no block at all.
    @discardableResult
    func read<Target>(
        _ node: Node, into target: inout Target, _ reading: inout Reading
    ) -> Bool where Element == Field<Target> {
        guard case .mapping(let pairs) = node.content else {
            reading.problem(
                with: node,
                (node.path.isEmpty ? "the file " : "")
                    + "is \(node.kind), and a block of keys is wanted here",
                remedy: "The keys that it may have: \(map(\.name).listed).")
            return false
        }
        let told = noteOrphans(pairs, target, &reading)
        var unknown: [Node.Pair] = []
        for (index, pair) in pairs.enumerated() where !told.contains(index) {
            if let field = first(where: { $0.name == pair.key }) {
                field.read(&target, pair.value, &reading)
            } else {
                unknown.append(pair)
            }
        }
        if !unknown.isEmpty {
            UnknownKey.note(unknown, in: node, among: map { $0.key(target) }, &reading)
        }
        for field in self where field.isRequired && reading.lacks(field.name, node) {
            if let other = field.alternative, !reading.lacks(other, node) { continue }
            let key = field.key(target)
            reading.problem(
                with: node, "\(key.name) is missing",
                remedy: "Add \(key.name): \(key.example ?? "…")"
                    + (field.alternative.map { ", or \($0): {…}" } ?? ""))
        }
        return true
    }

    /// Below a key that wants names, any name that is no key here may be meant.
    private func noteOrphans<Target>(
        _ pairs: [Node.Pair], _ target: Target, _ reading: inout Reading
    ) -> Set<Int> where Element == Field<Target> {
        Indentation.noteOrphans(pairs, &reading) { orphan, home in
            guard !contains(where: { $0.name == orphan.key }),
                let key = first(where: { $0.name == home.key })?.key(target)
            else { return false }
            return key.isNamed || key.holds(orphan.key)
        }
    }
}
