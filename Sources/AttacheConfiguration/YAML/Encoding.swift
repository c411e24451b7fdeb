// SPDX-License-Identifier: Apache-2.0
// Whether bytes are a text at all, seen before libyaml sees them: its words for it help nobody.

enum Encoding {
    /// nil: they are UTF-8 without control characters.
    static func complaint(about bytes: [UInt8]) -> Tree.Stop? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return Tree.Stop(
                place: .start, what: "this is UTF-16, by its first two bytes",
                remedy: "Save the file as UTF-8.")
        }
        if let directive = directive(in: bytes) {
            return Tree.Stop(
                place: place(of: directive, in: bytes),
                what: "a line that begins with % is a directive",
                remedy: "None is needed: leave it out.")
        }
        guard let index = bytes.firstIndex(where: isControl) else {
            guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
            let place = place(of: firstInvalid(bytes), in: bytes)
            return Tree.Stop(
                place: place, what: "this is no UTF-8", remedy: "Save the file as UTF-8.")
        }
        let byte = bytes[index]
        let name = byte == 0 ? "a NUL byte" : "the control character 0x" + hex(byte)
        return Tree.Stop(
            place: place(of: index, in: bytes), what: "\(name) stands here: this is no text",
            remedy: "Name a YAML file, or remove that byte.")
    }

    /// libyaml compares each with all before it; nothing that we read begins a line with one.
    private static func directive(in bytes: [UInt8]) -> Int? {
        var rest = bytes[...]
        while let index = rest.firstIndex(of: UInt8(ascii: "%")) {
            if index == 0 || bytes[index - 1] == 0x0a { return index }
            rest = bytes[(index + 1)...]
        }
        return nil
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d || byte == 0x7f
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    /// The standard decoder says that, not where; so once more, character by character.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var index = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            index += UTF8.width(scalar)
        }
        return min(index, max(bytes.count - 1, 0))
    }

    static func place(of index: Int, in bytes: [UInt8]) -> Place {
        let before = bytes[..<index]
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
        // Characters, not bytes: those that continue one do not count.
        let column = before[lineStart...].reduce(1) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
        return Place(line: line, column: column)
    }
}
