// SPDX-License-Identifier: Apache-2.0
// A JSON object on one line, written member by member.

/// Members in the order in which they are added; a nil leaves none.
struct JSONObject {
    private var text = "{"

    init(bytesExpected: Int) { text.reserveCapacity(bytesExpected) }

    var closed: String { text + "}" }

    mutating func add(_ key: String, raw value: String?) {
        guard let value else { return }
        name(key)
        text += value
    }

    mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        name(key)
        text += "\""
        text += LogText.json(value)
        text += "\""
    }

    mutating func add(_ key: String, number value: some BinaryInteger) {
        add(key, raw: String(value))
    }

    mutating func add(_ key: String, milliseconds nanoseconds: UInt64?) {
        add(key, raw: nanoseconds.map(TimeText.milliseconds))
    }

    private mutating func name(_ key: String) {
        text += text.utf8.count > 1 ? ",\"" : "\""
        text += key
        text += "\":"
    }
}
