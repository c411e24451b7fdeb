// SPDX-License-Identifier: Apache-2.0
// Swift text as its words: comments and string literals blanked, interpolations kept.

/// No parser, just enough to tell code from prose. Regex literals are not known to it.
struct SwiftCode: Sendable {
    struct Word: Sendable {
        let text: String
        let line: Int
        /// Braces around it.
        let depth: Int
        /// A dot stands before it: `Foo.Bar`, `.bar`.
        let isMember: Bool
        let isFollowedByAngle: Bool
    }

    /// As long as the source, each line with its own number.
    let blanked: String
    let words: [Word]

    init(_ source: String) {
        var scanner = Scanner(bytes: Array(source.utf8))
        scanner.code(inParentheses: false)
        blanked = String(decoding: scanner.result, as: UTF8.self)
        words = Self.words(in: scanner.result)
    }

    var lines: [Substring] { blanked.split(separator: "\n", omittingEmptySubsequences: false) }

    private static func words(in code: [UInt8]) -> [Word] {
        var words: [Word] = []
        var (line, depth, index) = (1, 0, 0)
        var before = UInt8(ascii: " ")
        while index < code.count {
            let byte = code[index]
            guard isWordByte(byte) else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                if byte == UInt8(ascii: "{") { depth += 1 }
                if byte == UInt8(ascii: "}") { depth -= 1 }
                if byte != UInt8(ascii: " ") { before = byte }
                index += 1
                continue
            }
            let end = code[index...].firstIndex { !isWordByte($0) } ?? code.count
            words.append(
                Word(
                    text: String(decoding: code[index..<end], as: UTF8.self), line: line,
                    depth: depth, isMember: before == UInt8(ascii: "."),
                    isFollowedByAngle: end < code.count && code[end] == UInt8(ascii: "<")))
            before = byte
            index = end
        }
        return words
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}

/// Walks once over the bytes; what is prose leaves as spaces.
private struct Scanner {
    let bytes: [UInt8]
    var index = 0
    var result: [UInt8] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// To the end, or behind the parenthesis that closes an interpolation.
    mutating func code(inParentheses: Bool) {
        var depth = 0
        while index < bytes.count {
            if sees("//") {
                while index < bytes.count, !sees("\n") { blank() }
            } else if sees("/*") {
                blockComment()
            } else if let pounds = poundsBeforeQuote() {
                string(pounds: pounds)
            } else {
                if sees("(") { depth += 1 }
                if sees(")") { depth -= 1 }
                keep()
                if inParentheses, depth == 0 { return }
            }
        }
    }

    /// They nest.
    private mutating func blockComment() {
        var depth = 0
        repeat {
            let opens = sees("/*")
            let closes = sees("*/")
            if opens { depth += 1 }
            if closes { depth -= 1 }
            if opens || closes { blank() }
            blank()
        } while depth > 0 && index < bytes.count
    }

    private mutating func string(pounds: Int) {
        let hashes = String(repeating: "#", count: pounds)
        for _ in 0..<pounds { blank() }
        let quotes = sees("\"\"\"") ? "\"\"\"" : "\""
        for _ in quotes.utf8 { blank() }
        while index < bytes.count, !sees(quotes + hashes) {
            if sees("\\" + hashes + "(") {
                for _ in 0...pounds { blank() }
                code(inParentheses: true)
            } else if sees("\\" + hashes) {
                for _ in 0...(pounds + 1) { blank() }
            } else {
                blank()
            }
        }
        for _ in (quotes + hashes).utf8 { blank() }
    }

    /// How many `#` stand before the quotation mark that begins here; nil where none does.
    private func poundsBeforeQuote() -> Int? {
        let rest = bytes[index...]
        let pounds = rest.prefix { $0 == UInt8(ascii: "#") }.count
        return rest.dropFirst(pounds).first == UInt8(ascii: "\"") ? pounds : nil
    }

    private func sees(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    private mutating func keep() {
        result.append(bytes[index])
        index += 1
    }

    private mutating func blank() {
        guard index < bytes.count else { return }
        result.append(sees("\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        index += 1
    }
}
