// SPDX-License-Identifier: Apache-2.0
// Durations as operators write them: 250ms, 5s, 1m30s.

extension Duration {
    /// The shortest exact way to write it in ms, s, m and h.
    public var text: String {
        let milliseconds = nanoseconds / 1_000_000
        if milliseconds % 1000 != 0 || milliseconds == 0 { return "\(milliseconds)ms" }
        let seconds = milliseconds / 1000
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        return parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
    }
}
