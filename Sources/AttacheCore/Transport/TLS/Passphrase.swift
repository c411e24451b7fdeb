// SPDX-License-Identifier: Apache-2.0
// What opens an encrypted key: the first line of a file, wiped when it is no longer needed.

import COpenSSL

/// Never printed, and never in a Swift string, whose copies nobody could find again.
final class Passphrase {
    let path: String
    let facts: SmallFile.Facts
    /// Of the file.
    let digest: [UInt8]
    /// Ends with a NUL, which is not counted.
    private let room: UnsafeMutableBufferPointer<CChar>

    var count: Int { room.count - 1 }

    init(reading path: String) throws(ConfigurationProblem) {
        var file: SmallFile
        do {
            file = try SmallFile(reading: path, bytesMax: Limits.passphraseFileBytesMax)
        } catch {
            throw ConfigurationProblem(cannotRead: path, as: "passphrase", error)
        }
        digest = SHA256.digest(file.bytes)
        room = file.withBytes { bytes in
            defer { OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
            var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            // Byte by byte into its place: a collection made of it would be one more copy.
            let room = UnsafeMutableBufferPointer<CChar>.allocate(capacity: line.count + 1)
            room.initialize(repeating: 0)
            UnsafeMutableRawBufferPointer(room).copyBytes(from: line)
            return room
        }
        self.path = path
        facts = file.facts
        // OpenSSL's old format reads it as a C string of at most PEM_BUFSIZE bytes.
        guard (1..<Int(PEM_BUFSIZE)).contains(count), !room.dropLast().contains(0) else {
            throw ConfigurationProblem(
                "the passphrase file \"\(path)\" has no passphrase in its first line",
                remedy: "Write it there alone: 1 to \(PEM_BUFSIZE - 1) bytes without a NUL.")
        }
    }

    deinit {
        OPENSSL_cleanse(room.baseAddress, room.count)
        room.deallocate()
    }

    /// With its NUL; lent for the call.
    func withCharacters<Answer>(_ body: (UnsafeMutablePointer<CChar>?) -> Answer) -> Answer {
        withExtendedLifetime(self) { body(room.baseAddress) }
    }
}
