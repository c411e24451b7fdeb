// SPDX-License-Identifier: Apache-2.0
// How a value of one type is described, read, and written back for documentation.

struct Kind<Value: Sendable>: Sendable {
    let shape: Shape
    /// nil: it could not be read, and why has been noted.
    let read: @Sendable (Node, inout Reading) -> Value?
    /// The way back, for defaults; nil: this value is written by leaving the key out.
    var text: @Sendable (Value) -> String? = { _ in nil }
}

extension Kind {
    /// A text that `parse` understands. Its problems say what, and after a semicolon what to do.
    static func scalar(
        _ scalar: Scalar, text: @escaping @Sendable (Value) -> String? = { _ in nil },
        parse: @escaping @Sendable (String) throws(Problem) -> Value
    ) -> Kind {
        Kind(
            shape: .scalar(scalar),
            read: { node, reading in
                guard let written = scalar.text(of: node, &reading) else { return nil }
                do throws(Problem) {
                    return try parse(written)
                } catch {
                    scalar.refuse(written, node, error, &reading)
                    return nil
                }
            }, text: text)
    }

    /// The same value with more said about it, or made into another.
    func map<Other>(
        text: @escaping @Sendable (Other) -> String? = { _ in nil },
        _ change: @escaping @Sendable (Value, Node, inout Reading) -> Other?
    ) -> Kind<Other> {
        let read = read
        return Kind<Other>(
            shape: shape,
            read: { node, reading in
                read(node, &reading).flatMap { change($0, node, &reading) }
            }, text: text)
    }

    static func list<Item>(of item: Kind<Item>) -> Kind where Value == [Item] {
        Kind(
            shape: .list(item.shape),
            read: { node, reading in
                guard case .list(let items) = node.content else {
                    reading.problem(
                        node, "is \(node.kind), and a list is wanted here",
                        remedy: "Put it in brackets, commas in between: [one, two].")
                    return nil
                }
                return items.compactMap { item.read($0, &reading) }
            },
            text: { $0.isEmpty ? nil : "[\($0.compactMap(item.text).joined(separator: ", "))]" })
    }
}

extension Scalar {
    /// Longer than any path, name or list of suites that somebody means.
    static let bytesMax = 4096

    /// What stands there, if it can be one at all.
    fileprivate func text(of node: Node, _ reading: inout Reading) -> String? {
        guard case .text(let text, _) = node.content else {
            reading.problem(node, "is \(node.kind), and \(name) is wanted here", remedy: hint)
            return nil
        }
        if node.kind == "nothing" {
            reading.problem(node, "has no value, and \(name) is wanted here", remedy: hint)
        } else if Shown.isPEM(text) {
            reading.problem(
                node, "holds a PEM block itself \(Shown.withheld), and \(name) is wanted here",
                remedy: "Put it into a file of its own, and name that file.")
        } else if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            reading.problem(
                node, "has a line end or a control character in it, and \(name) is wanted here",
                remedy: hint)
        } else if text.utf8.count > Self.bytesMax {
            reading.problem(
                node, "is \(text.utf8.count) bytes long, and \(name) is wanted here", remedy: hint)
        } else {
            return text
        }
        return nil
    }

    /// `"5" has no unit`, and on the next line `Write 5s, or 5ms.`
    ///
    /// - Parameter isKey: it is the key of `node`, and its place is meant.
    func refuse(
        _ text: String, _ node: Node, isKey: Bool = false, _ problem: Problem,
        _ reading: inout Reading
    ) {
        let shown = isSecret ? Shown.withheld : Shown.value(text)
        var (what, remedy) = problem.parts
        if what.hasPrefix("it ") {
            what = shown + what.dropFirst(2)
        } else if !what.contains("\"") {
            what = "\(shown): \(what)"
        }
        if remedy.isEmpty { remedy = hint }
        if isKey {
            reading.problem(with: node, what, remedy: remedy)
        } else {
            reading.problem(node, what, remedy: remedy)
        }
    }
}

extension Problem {
    /// What, and what to do as a sentence of its own.
    var parts: (what: String, remedy: String) {
        let lines = message.split(separator: "\n", maxSplits: 1)
        if lines.count == 2 {
            return (String(lines[0]), String(lines[1].drop { $0 == " " }))
        }
        guard let end = message.firstRange(of: "; ") else { return (message, "") }
        let rest = message[end.upperBound...]
        let stop = rest.hasSuffix("?") || rest.hasSuffix(".") ? "" : "."
        return (
            String(message[..<end.lowerBound]),
            rest.prefix(1).uppercased() + rest.dropFirst() + stop
        )
    }
}
