// SPDX-License-Identifier: Apache-2.0
// What the process that started us left in the environment for us alone.

import Glibc

enum Environment {
    /// Their values, and removes them: they speak to this process and not to its children. Only
    /// while there are no other threads, which may be reading it.
    static func take(_ names: [String]) -> [String: String] {
        var found: [String: String] = [:]
        for name in names {
            guard let value = getenv(name) else { continue }
            found[name] = String(cString: value)
            unsetenv(name)
        }
        return found
    }
}
