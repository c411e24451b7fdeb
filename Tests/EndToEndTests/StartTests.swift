// SPDX-License-Identifier: Apache-2.0
// A start that cannot work fails with a code and a sentence that names the culprit.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Starts {
        static let usage: Int32 = 64
        static let configuration: Int32 = 78

        @Test func aKeyThatDoesNotMatchItsCertificateIsNamed() throws {
            let key = try PKI.key("client")
            let flags = try ["--certificate", PKI.certificate("server"), "--key", key]
            let text = try Self.fails(Self.configuration, terminate + flags)
            #expect(text.contains(key))
            #expect(text.contains(try PKI.certificate("server")))
        }

        @Test(arguments: ["--certificate", "--key", "--client-ca", "--crl"])
        func aFileThatIsNotThereIsNamed(_ flag: String) throws {
            let text = try Self.fails(
                Self.configuration, complete(replacing: flag, by: "/nowhere/at-all.pem"))
            #expect(text.contains("/nowhere/at-all.pem"))
        }

        @Test(arguments: ["--certificate", "--key", "--client-ca", "--crl"])
        func aFileThatIsNoPEMIsNamed(_ flag: String) throws {
            let folder = try Folder()
            let file = try folder.write("garbage.pem", "this is not PEM\n")
            let text = try Self.fails(Self.configuration, complete(replacing: flag, by: file))
            #expect(text.contains(file))
        }

        /// Root reads everything: the daemon runs as nobody here.
        @Test func anUnreadableFileIsNamedWithItsOwnerAndOurs() throws {
            let folder = try Folder()
            let secret = folder.file("secret.key")
            try FileManager.default.copyItem(atPath: try PKI.key("server"), toPath: secret)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
            try Self.openToAll(folder.path)
            let certificate = folder.file("server.pem")
            try FileManager.default.copyItem(
                atPath: try PKI.certificate("server"), toPath: certificate)
            let binary = folder.file("attache")
            try FileManager.default.copyItem(atPath: Daemon.binary, toPath: binary)
            let child = try Daemon.start(
                terminate + ["--certificate", certificate, "--key", secret],
                through: [
                    Program("setpriv").path, "--reuid=65534", "--regid=65534", "--clear-groups",
                ],
                binary: binary)
            defer { child.destroy() }
            let exit = try child.waitForExit()
            let text = child.errors.joined(separator: "\n")
            #expect(exit == .code(Self.configuration), "\(text)")
            #expect(text.contains(secret))
            #expect(text.lowercased().contains("permission denied"))
            #expect(text.contains("65534"), "who we are: \(text)")
        }

        /// A private port of a common user.
        @Test func aPortThatNeedsPrivilegesIsSaidSo() throws {
            let folder = try Folder()
            try Self.openToAll(folder.path)
            let binary = folder.file("attache")
            try FileManager.default.copyItem(atPath: Daemon.binary, toPath: binary)
            let space = try Namespace()
            let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let child = try Daemon.start(
                ["connect", "--plain", "--listen", "127.0.0.1:80", "--to", "127.0.0.1:9"],
                through: space.prefix + user, binary: binary)
            defer { child.destroy() }
            #expect(try child.waitForExit() == .code(77))
            #expect(child.errors.contains { $0.contains("127.0.0.1:80") })
        }

        @Test func clientCertificatesWithoutAPolicyAreAnError() throws {
            let text = try Self.fails(
                Self.usage,
                terminate + PKI.identity("server") + ["--client-ca", PKI.certificate("ca")])
            #expect(text.contains("--allow"))
            #expect(text.contains("any-verified"))
        }

        @Test func aPlaintextListenerOffLoopbackIsAskedForByItsInsecureWord() throws {
            let text = try Self.fails(
                Self.usage, ["connect", "--plain", "--listen", "0.0.0.0:0", "--to", "127.0.0.1:9"])
            #expect(text.contains("--insecure-plaintext-listener"))
        }

        @Test func itsOwnListenerIsNoUpstream() throws {
            let port = try Listener.closedPort().port
            let text = try Self.fails(
                nil,
                [
                    "connect", "--plain", "--listen", "127.0.0.1:\(port)", "--to",
                    "127.0.0.1:\(port)",
                ])
            #expect(text.contains("127.0.0.1:\(port)"))
            #expect(text.contains("own listener") || text.contains("itself"))
        }

        @Test func aMistypedFlagGetsTheNearestOne() throws {
            let text = try Self.fails(
                Self.usage,
                ["connect", "--plain", "--listn", "127.0.0.1:0", "--to", "127.0.0.1:9"])
            #expect(text.contains("--listen"))
        }

        @Test func anUpstreamThatIsDownIsNoReasonNotToStart() throws {
            let nobody = try Listener.closedPort()
            let arguments = ["connect", "--plain", "--listen", "127.0.0.1:0", "--to", "\(nobody)"]
            try Daemon.with(arguments) { _ in }
        }

        @Test func aKeyThatTheWorldCanReadIsWarnedAbout() throws {
            let folder = try Folder()
            let key = folder.file("open.key")
            try FileManager.default.copyItem(atPath: try PKI.key("server"), toPath: key)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            let flags = try ["--certificate", PKI.certificate("server"), "--key", key]
            try Daemon.with(terminate + flags) { daemon in
                #expect(daemon.child.errors.contains { $0.contains(key) })
            }
        }

        // MARK: Words

        private var terminate: [String] {
            ["terminate", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9"]
        }

        private func complete(replacing flag: String, by value: String) throws -> [String] {
            var words =
                try terminate + PKI.identity("server")
                + ["--client-ca", PKI.certificate("ca"), "--allow", "dns:client.test"]
                + ["--crl", PKI.crl()]
            words[words.firstIndex(of: flag)! + 1] = value
            return words
        }

        /// Runs to its failure; hands out what it said.
        static func fails(_ code: Int32?, _ arguments: [String]) throws -> String {
            let child = try Daemon.start(arguments)
            defer { child.destroy() }
            let exit = try child.waitForExit()
            let text = child.errors.joined(separator: "\n")
            if let code {
                #expect(exit == .code(code), "\(text)")
            } else {
                #expect(exit != .code(0))
            }
            #expect(child.output.isEmpty, "everything but session lines goes to stderr")
            return text
        }

        static func openToAll(_ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
    }
}
