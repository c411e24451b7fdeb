// SPDX-License-Identifier: Apache-2.0
// A temporary folder with a short path (a Unix socket's name has 107 bytes), gone with its owner.

import Foundation

public final class Folder: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/attache.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure.system("mkdtemp") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
        return file(name)
    }
}
