// SPDX-License-Identifier: Apache-2.0
// Blocks whose keys are values too, such as headers and authorities.

/// One line of such a block.
struct Row<Item: Sendable>: Sendable {
    var key: String
    /// Of the value; its keyPlace is the key's.
    var node: Node
    var value: Item
}

extension Kind {
    /// Values by keys of a kind, in the order of the file, none of them twice.
    ///
    /// - Parameter parse: makes a key what it means.
    static func table<Item>(
        of item: Kind<Item>, by scalar: Scalar, example: String,
        parse: @escaping @Sendable (String) throws(Problem) -> String
    ) -> Kind where Value == [Row<Item>] {
        Kind(
            shape: .table(scalar, item.shape),
            read: { node, reading in
                guard case .mapping(let pairs) = node.content else {
                    reading.problem(
                        node, "is \(node.kind), and a block of keys and values is wanted here",
                        remedy: "Write such as \(example).")
                    return nil
                }
                var rows: [Row<Item>] = []
                var lines: [String: Int] = [:]
                for pair in pairs {
                    // Both are read, so that both are spoken of.
                    let key = Self.key(pair, scalar, parse, &reading)
                    let value = item.read(pair.value, &reading)
                    guard let key else { continue }
                    if let line = lines[key.lowercased()] {
                        reading.problem(
                            with: pair.value,
                            "stands here for the second time: case makes no difference",
                            remedy: "The first is in line \(line): leave out one of them.")
                        continue
                    }
                    lines[key.lowercased()] = pair.place.line
                    if let value { rows.append(Row(key: key, node: pair.value, value: value)) }
                }
                return rows
            })
    }

    private static func key(
        _ pair: Node.Pair, _ scalar: Scalar, _ parse: (String) throws(Problem) -> String,
        _ reading: inout Reading
    ) -> String? {
        do throws(Problem) {
            guard !Shown.isPEM(pair.key), pair.key.utf8.count <= Scalar.bytesMax else {
                throw Problem("it is not \(scalar.name)")
            }
            return try parse(pair.key)
        } catch {
            scalar.refuse(pair.key, pair.value, isKey: true, error, &reading)
            return nil
        }
    }
}
