// SPDX-License-Identifier: Apache-2.0
// What a file of settings says, before anybody knows what it means: texts, lists, mappings.

/// Where it stands, and by which keys one gets there.
struct Node: Sendable {
    struct Pair: Sendable {
        var key: String
        var place: Place
        var value: Node
    }
    enum Content: Sendable {
        /// `isPlain`: without quotation marks. It makes a difference for nothing but `null`.
        case text(String, isPlain: Bool)
        case list([Node])
        case mapping([Pair])
    }

    var content: Content
    var place: Place
    /// Of its key, for what is to be said about the whole of it.
    var keyPlace: Place
    /// `upstreams.orders-db.tls.certificates[1].key`; empty: the whole file.
    var path: String

    /// The value of a key; nil where there is none, or no mapping.
    subscript(key: String) -> Node? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// By steps: `certificates[1].key`. Where the way ends early, the last node on it.
    func nearest(_ way: String) -> Node {
        var here = self
        for step in way.split(whereSeparator: { ".[]".contains($0) }) {
            if case .list(let items) = here.content, let index = Int(step),
                items.indices.contains(index)
            {
                here = items[index]
            } else if let next = here[String(step)] {
                here = next
            } else {
                return here
            }
        }
        return here
    }

    /// As people say it.
    var kind: String {
        switch content {
        case .text("", true), .text("~", true), .text("null", true): "nothing"
        case .text: "a text"
        case .list: "a list"
        case .mapping: "a block of keys"
        }
    }
}
