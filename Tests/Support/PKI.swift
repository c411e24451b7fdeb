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

    static let sourceRoot = #filePath.components(separatedBy: "/Tests/Support/")[0]

    private static func remove() {
        if let path = try? folder.get().path { try? FileManager.default.removeItem(atPath: path) }
    }

    public static func certificate(_ profile: String) throws -> String {
        try folder.get().file("\(profile).pem")
    }

    public static func key(_ profile: String) throws -> String {
        try folder.get().file("\(profile).key")
    }

    /// Where all of them are.
    public static func directory() throws -> String { try folder.get().path }

    public static func crl() throws -> String { try certificate("crl") }

    /// Of a profile's certificate, as `TLSStream.peerSerial` tells it.
    public static func serial(_ profile: String) throws -> String {
        let lines = try Program("openssl").lines(
            ["x509", "-serial", "-noout", "-in", certificate(profile)])
        return lines[0].replacingOccurrences(of: "serial=", with: "")
    }

    /// Copies a certificate (or list) over a file of the test, as who renews it does.
    @discardableResult
    public static func copy(_ profile: String, to path: String) throws -> String {
        try Data(contentsOf: URL(fileURLWithPath: certificate(profile)))
            .write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    /// The same with its key: `path` is without ending.
    public static func copyIdentity(_ profile: String, to path: String) throws {
        try copy(profile, to: path + ".pem")
        try Data(contentsOf: URL(fileURLWithPath: key(profile)))
            .write(to: URL(fileURLWithPath: path + ".key"), options: .atomic)
        chmod(path + ".key", 0o600)
    }

    /// `--certificate … --key …`, each with a prefix (`to-`) where it is the upstream's of
    /// `terminate`.
    public static func identity(_ profile: String, prefix: String = "") throws -> [String] {
        try ["--\(prefix)certificate", certificate(profile), "--\(prefix)key", key(profile)]
    }
}
