// SPDX-License-Identifier: Apache-2.0
// The certificates of one test run, made by certs/make: each test names a profile by its purpose.

import Foundation

public enum PKI {
    private static let folder = Result { () throws -> Folder in
        let folder = try Folder()
        let script = sourceRoot + "/certs/make"
        try Program("bash").lines([script, folder.path])
        atexit { PKI.remove() }
        return folder
    }

    private static let sourceRoot = #filePath.components(separatedBy: "/Tests/Support/")[0]

    private static func remove() {
        if let path = try? folder.get().path { try? FileManager.default.removeItem(atPath: path) }
    }

    public static func certificate(_ profile: String) throws -> String {
        try folder.get().file("\(profile).pem")
    }

    public static func key(_ profile: String) throws -> String {
        try folder.get().file("\(profile).key")
    }

    public static func crl() throws -> String { try certificate("crl") }

    /// `--certificate … --key …`, each with a prefix (`to-`) where it is the upstream's of
    /// `terminate`.
    public static func identity(_ profile: String, prefix: String = "") throws -> [String] {
        try ["--\(prefix)certificate", certificate(profile), "--\(prefix)key", key(profile)]
    }
}
