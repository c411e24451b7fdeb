// SPDX-License-Identifier: Apache-2.0
// What an alias repeats: a copy of what its anchor marks, counted like everything else.

extension Tree {
    /// The node that `&name` marked, for the place of `*name`.
    mutating func copy(
        of name: String, at place: Place, path: String, _ keyPlace: Place, depth: Int
    ) throws(Stop) -> Node {
        switch anchors[name] {
        case .done(let node):
            return try copy(node, path: path, keyPlace, depth: depth)
        case .open:
            throw Stop(
                place: place, what: "*\(Shown.word(name)) stands inside of what it repeats",
                remedy: "Write out what is meant.")
        case nil:
            throw Stop(
                place: place, what: "*\(Shown.word(name)) repeats what was never named",
                remedy: "Name it where it stands first, with &\(Shown.word(name)) before it; "
                    + "a text that begins with * goes in quotation marks.")
        }
    }

    /// With the paths of the new place; the places in the file stay those of the anchor.
    private mutating func copy(
        _ node: Node, path: String, _ keyPlace: Place, depth: Int
    ) throws(Stop) -> Node {
        try count(keyPlace)
        guard depth <= Self.depthMax else {
            throw Stop(
                place: keyPlace, what: "this is nested \(depth) levels deep",
                remedy: "No setting stands deeper than \(Self.depthMax).")
        }
        var copy = node
        copy.path = path
        copy.keyPlace = keyPlace
        switch node.content {
        case .text: break
        case .list(let items):
            var copies: [Node] = []
            for item in items {
                copies.append(
                    try self.copy(
                        item, path: "\(path)[\(copies.count)]", item.keyPlace, depth: depth + 1))
            }
            copy.content = .list(copies)
        case .mapping(let pairs):
            var copies = pairs
            for index in pairs.indices {
                copies[index].value = try self.copy(
                    pairs[index].value, path: Shown.path(path, pairs[index].key),
                    pairs[index].value.keyPlace, depth: depth + 1)
            }
            copy.content = .mapping(copies)
        }
        return copy
    }
}
