// SPDX-License-Identifier: Apache-2.0
// From libyaml's events to one node with all others in it; bounds what a hostile text may cost.

/// Aliases (`*name`) are copies of what their anchor (`&name`) marks, counted like everything else,
/// so that ten of ten of ten of them end at the same bound as a file that spells them out.
struct Tree {
    /// Deeper than any setting stands: `upstreams.NAME.tls.allow.dns[0]` is the sixth level.
    static let depthMax = 16
    /// A thousand listeners with everything that can be said of them.
    static let nodesMax = 50_000

    /// Stops the reading: what comes after it cannot be understood.
    struct Stop: Error {
        var place: Place
        var what: String
        var remedy: String
    }

    enum Anchor {
        case open
        case done(Node)
    }

    private let events: YAMLEvents
    var anchors: [String: Anchor] = [:]
    private var nodes = 0
    /// Keys that stand twice: noted, and the reading goes on with the first.
    private(set) var duplicates: [(Node.Pair, first: Place, path: String)] = []

    init(_ events: YAMLEvents) {
        self.events = events
    }

    /// nil: there is nothing but comments.
    mutating func document() throws(Stop) -> Node? {
        let first = try next()
        guard case .documentStart = first.kind else { return nil }
        let root = try node(try next(), path: "", keyPlace: .start, depth: 0)
        _ = try next()  // the document's end
        let after = try next()
        guard case .streamEnd = after.kind else {
            throw Stop(
                place: after.place, what: "a second document begins here",
                remedy: "One file holds one document: remove the ---, or what follows it.")
        }
        return root
    }

    private func next() throws(Stop) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw Syntax.explain(error, line: events.line(error.place.line))
        }
    }

    private mutating func node(
        _ event: YAMLEvent, path: String, keyPlace: Place, depth: Int
    ) throws(Stop) -> Node {
        if let tag = event.tag {
            throw Stop(
                place: event.place, what: "the tag \(Shown.value(tag)) says what type this is",
                remedy: "Every key knows its own type: leave the tag out.")
        }
        try count(event.place)
        guard depth <= Self.depthMax else {
            throw Stop(
                place: event.place, what: "this is nested \(depth) levels deep",
                remedy: "No setting stands deeper than \(Self.depthMax): look at the brackets and "
                    + "the indentation.")
        }
        if let anchor = event.anchor { anchors[anchor] = .open }
        var node = Node(
            content: .list([]), place: event.place, keyPlace: keyPlace, path: path)
        switch event.kind {
        case .scalar(let text, let isPlain): node.content = .text(text, isPlain: isPlain)
        case .sequenceStart: node.content = .list(try list(path, depth))
        case .mappingStart: node.content = .mapping(try mapping(path, depth))
        case .alias(let name):
            return try copy(of: name, at: event.place, path: path, keyPlace, depth: depth)
        case .documentStart, .documentEnd, .streamEnd, .mappingEnd, .sequenceEnd:
            node.content = .text("", isPlain: true)
        }
        if let anchor = event.anchor { anchors[anchor] = .done(node) }
        return node
    }

    private mutating func list(_ path: String, _ depth: Int) throws(Stop) -> [Node] {
        var items: [Node] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return items }
            items.append(
                try node(
                    event, path: "\(path)[\(items.count)]", keyPlace: event.place,
                    depth: depth + 1))
        }
    }

    private mutating func mapping(_ path: String, _ depth: Int) throws(Stop) -> [Node.Pair] {
        var pairs: [Node.Pair] = []
        var places: [String: Place] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return pairs }
            let key = try key(event)
            let way = Shown.path(path, key)
            let value = try node(
                try next(), path: way, keyPlace: event.place, depth: depth + 1)
            let pair = Node.Pair(key: key, place: event.place, value: value)
            if let first = places[key] {
                duplicates.append((pair, first, way))
            } else {
                places[key] = event.place
                pairs.append(pair)
            }
        }
    }

    private mutating func key(_ event: YAMLEvent) throws(Stop) -> String {
        try count(event.place)
        guard case .scalar(let key, let isPlain) = event.kind, event.tag == nil else {
            throw Stop(
                place: event.place, what: "here a key is wanted, and this is none",
                remedy: "A key is a word followed by a colon, as in bind: 127.0.0.1:5432.")
        }
        guard key != "<<" || !isPlain else {
            throw Stop(
                place: event.place, what: "<< merges are not supported",
                remedy: "Write the keys out, or share a whole block: tls: &name {…} once, "
                    + "then tls: *name.")
        }
        return key
    }

    mutating func count(_ place: Place) throws(Stop) {
        nodes += 1
        guard nodes <= Self.nodesMax else {
            throw Stop(
                place: place, what: "this is more than \(Self.nodesMax) values",
                remedy: "Look for aliases (*name) that repeat one another, or split the file among "
                    + "several processes.")
        }
    }
}
