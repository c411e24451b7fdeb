// SPDX-License-Identifier: Apache-2.0
// Where the operator's socket is, when nobody says.

import AttacheCore
import Glibc

public enum AdminSocket {
    /// The service manager's folder for this service; else the system's for root; else the user's.
    /// nil: there is none of them.
    public static func defaultPath() -> String? {
        defaultPath(isRoot: geteuid() == 0) { name in getenv(name).map { String(cString: $0) } }
    }

    static func defaultPath(isRoot: Bool, _ environment: (String) -> String?) -> String? {
        // systemd: absolute, several of them with colons between.
        let given = environment("RUNTIME_DIRECTORY")?.split(separator: ":").first
        if let given { return "\(given)/admin.sock" }
        if isRoot { return systemPath }
        guard let folder = environment("XDG_RUNTIME_DIR"), !folder.isEmpty else { return nil }
        return "\(folder)/attache/admin.sock"
    }

    static let systemPath = "/run/attache/admin.sock"

    /// `/path` or `unix:/path`.
    public static func path(parsing text: String) throws(Address.Malformed) -> String {
        let address = try Address(parsing: text.hasPrefix("unix:") ? text : "unix:" + text)
        guard case .unix(let path) = address, path.contains("/") else {
            throw Address.Malformed(
                message: "\"\(text)\" is no path of a Unix socket; "
                    + "write such as /run/attache/admin.sock")
        }
        return path
    }
}
