// SPDX-License-Identifier: Apache-2.0
// The file of settings as bytes, and the folder in which the files that it names are looked for.

import Glibc

package enum ConfigurationFile {
    package static func bytes(
        _ path: String, bytesMax: Int, as kind: String = "configuration"
    ) throws(ConfigurationProblem) -> [UInt8] {
        do throws(SmallFile.Problem) {
            return try SmallFile(reading: path, bytesMax: bytesMax).bytes
        } catch {
            throw ConfigurationProblem(cannotRead: path, as: kind, error)
        }
    }

    /// From the root, so that a message about a file says where it was looked for. Symbolic links
    /// stay: a mounted ConfigMap is made of them.
    package static func folder(of path: String) -> String {
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        if path.hasPrefix("/") { return parent.isEmpty ? "/" : String(parent) }
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&room, room.count) != nil else { return String(parent) }
        let here = String(
            decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return parent.isEmpty ? here : "\(here)/\(parent)"
    }
}
