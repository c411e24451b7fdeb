// SPDX-License-Identifier: Apache-2.0
// A JSON object, written member by member: session lines and the operator's answers.

/// Members in the order in which they are added; a nil leaves none.
package struct JSONObject {
    private var text = "{"

    package init(bytesExpected: Int) { text.reserveCapacity(bytesExpected) }

    package var closed: String { text + "}" }

    package mutating func add(_ key: String, raw value: String?) {
        guard let value else { return }
        name(key)
        text += value
    }

    package mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        name(key)
        text += "\""
        text += LogText.json(value)
        text += "\""
    }

    package mutating func add(_ key: String, number value: some BinaryInteger) {
        add(key, raw: String(value))
    }

    package mutating func add(_ key: String, milliseconds nanoseconds: UInt64?) {
        add(key, raw: nanoseconds.map(TimeText.milliseconds))
    }

    package mutating func add(_ key: String, flag value: Bool) {
        add(key, raw: value ? "true" : "false")
    }

    /// Each value is JSON already.
    package mutating func add(_ key: String, list values: [String]) {
        add(key, raw: "[" + values.joined(separator: ",") + "]")
    }

    private mutating func name(_ key: String) {
        text += text.utf8.count > 1 ? ",\"" : "\""
        text += key
        text += "\":"
    }
}
