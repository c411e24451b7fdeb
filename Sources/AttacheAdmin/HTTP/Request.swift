// SPDX-License-Identifier: Apache-2.0
// What an operator asks: a method, a path in pieces, and how the answer shall look.

struct Request: Sendable {
    enum Format: Sendable {
        case text, json
    }
    /// `GET`, `HEAD`, `POST`, or one that nothing here answers.
    let method: String
    /// `/sessions/17/close` as its three pieces, as written: nothing of ours needs an escape.
    let path: [String]
    private let query: [(name: String, value: String)]
    private let accept: String

    /// `target` as it stands in the request line: `/sessions?limit=10`.
    init(method: String, target: String, accept: String) {
        self.method = method
        self.accept = accept
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts[0].split(separator: "/").map(String.init)
        query = parts.dropFirst().joined().split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(sides[0]), sides.count > 1 ? String(sides[1]) : "")
        }
    }

    /// The last one counts, as in a form.
    func value(of name: String) -> String? { query.last { $0.name == name }?.value }

    /// nil: a format that there is not.
    var format: Format? {
        switch value(of: "format") {
        case nil: accept.contains("application/json") ? .json : .text
        case "json": .json
        case "text": .text
        default: nil
        }
    }
}
