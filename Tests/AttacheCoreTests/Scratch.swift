// SPDX-License-Identifier: Apache-2.0
// A folder of a test's own, with whatever the test puts there.

import Glibc

/// A directory that goes with the test.
final class Scratch: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/attache-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(path + "/" + name)
        }
        closedir(directory)
        rmdir(path)
    }

    func write(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let wrote = left.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            precondition(wrote > 0, "cannot write \(file)")
            left.removeFirst(wrote)
        }
        fchmod(descriptor, mode)
        close(descriptor)
        return file
    }
}
