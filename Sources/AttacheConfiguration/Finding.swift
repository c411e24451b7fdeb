// SPDX-License-Identifier: Apache-2.0
// What is to be said about a file of settings: where, what and why, what to do.

import AttacheCore

public struct Finding: Sendable, Hashable {
    public enum Severity: Sendable, Hashable {
        /// The file cannot be used.
        case problem
        /// It is used, but a person should look.
        case warning
    }

    public var severity: Severity
    public var place: Place
    /// `upstreams.orders-db.tls.key`; empty: the file as a whole.
    public var path: String
    public var what: String
    /// A whole sentence, or several, a line each; empty: there is nothing to be done.
    public var remedy: String
    /// The core says it too when it loads the same files.
    public var isToldAtStart = false

    /// `attache.yaml:14:18: upstreams.orders-db.tls.key: cannot read …`, the remedy on lines of its
    /// own. Control characters are spelled: the file may be anybody's.
    public func text(file: String, sayingWarning: Bool = true) -> String {
        let head =
            "\(file):\(place.line):\(place.column): "
            + (severity == .warning && sayingWarning ? "warning: " : "")
            + (path.isEmpty ? "" : "\(path): ")
        return LogText.lines(head + what + (remedy.isEmpty ? "" : "\n" + remedy))
    }
}

/// What may be said of a text that somebody wrote into the file.
enum Shown {
    static let withheld = "(not shown)"
    private static let charactersMax = 80

    /// In quotation marks, cut where it is long, withheld where it is a key or its like.
    static func value(_ text: String) -> String {
        isPEM(text) ? withheld : "\"\(word(text))\""
    }

    static func word(_ text: String) -> String {
        if isPEM(text) { return withheld }
        let head = text.prefix(charactersMax)
        return head.endIndex == text.endIndex ? text : "\(head)…"
    }

    /// Somebody put the contents of a file in the place of its name.
    static func isPEM(_ text: String) -> Bool {
        text.contains("-----BEGIN") || text.contains("-----END")
    }

    /// A key that is more than a plain word stands in quotation marks, so that its dots are not
    /// taken for the path's.
    static func path(_ parent: String, _ key: String) -> String {
        let isPlain =
            !key.isEmpty
            && key.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
                    || (0x61...0x7a).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
        let step = isPlain && key.utf8.count <= charactersMax ? key : value(key)
        return parent.isEmpty ? step : "\(parent).\(step)"
    }
}
