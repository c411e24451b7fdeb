// SPDX-License-Identifier: Apache-2.0
// Where it listens: Unix sockets with their mode, IPv6, and what is in the way.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Listeners {
        @Test(arguments: [(nil, 0o600), ("0660", 0o660), ("0600", 0o600)])
        func aUnixSocketHasItsModeAndGoesWithTheDaemon(_ flag: String?, _ mode: Int) throws {
            let folder = try Folder()
            let upstream = try Listener()
            let path = folder.file("in")
            let flags = flag.map { ["--mode", $0] } ?? []
            try Daemon.with(Self.plain("unix:\(path)", upstream) + flags) { daemon in
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == mode)
                let client = try Peer.connect(to: daemon.endpoint)
                try client.exchange("hello", with: upstream.accept())
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }

        @Test func aStaleSocketFileIsReplaced() throws {
            let folder = try Folder()
            let upstream = try Listener()
            // Bound once and let go: the file stays.
            _ = try Listener(at: .unix(folder.file("in")))
            #expect(FileManager.default.fileExists(atPath: folder.file("in")))
            try Daemon.with(Self.plain("unix:\(folder.file("in"))", upstream)) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.exchange("hello", with: upstream.accept())
            }
        }

        @Test func aLiveSocketIsNotTaken() throws {
            let folder = try Folder()
            let live = try Listener(at: .unix(folder.file("in")))
            let child = try Daemon.start(Self.plain("unix:\(folder.file("in"))", Listener()))
            defer { child.destroy() }
            let exit = try child.waitForExit()
            #expect(exit == .code(1), "\(child.tail)")
            #expect(child.errors.contains { $0.contains(folder.file("in")) })
            // And it still works, and has not had a visitor that was no client.
            let client = try Peer.connect(to: live.endpoint)
            try client.exchange("hello", with: live.accept())
        }

        @Test func aFileThatIsNoSocketIsNotTouched() throws {
            let folder = try Folder()
            let file = try folder.write("in", "precious")
            let child = try Daemon.start(Self.plain("unix:\(file)", Listener()))
            defer { child.destroy() }
            #expect(try child.waitForExit() != .code(0))
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        }

        @Test func ipv6IsServedAndIsItselfAlone() throws {
            let upstream = try Listener(at: .tcp("::1", 0))
            try Daemon.with(Self.plain("[::1]:0", upstream)) { daemon in
                #expect("\(daemon.endpoint)".hasPrefix("[::1]:"))
                let client = try Peer.connect(to: daemon.endpoint)
                try client.exchange("hello", with: upstream.accept())
                client.close()
                #expect(try daemon.session().client.hasPrefix("[::1]:"))
            }
        }

        @Test(arguments: [false, true])
        func theIPv6WildcardTakesIPv4OnlyWhenAsked(_ dual: Bool) throws {
            let upstream = try Listener()
            let flags = ["--insecure-plaintext-listener"] + (dual ? ["--dual-stack"] : [])
            try Daemon.with(Self.plain("[::]:0", upstream) + flags) { daemon in
                let port = daemon.endpoint.port
                let six = try Peer.connect(to: .tcp("::1", port))
                try six.exchange("six", with: upstream.accept())
                if dual {
                    let four = try Peer.connect(to: .tcp("127.0.0.1", port))
                    try four.exchange("four", with: upstream.accept())
                } else {
                    #expect(throws: (any Error).self) {
                        try Peer.connect(to: .tcp("127.0.0.1", port))
                    }
                }
            }
        }

        @Test func aPortInUseIsNamed() throws {
            let taken = try Listener()
            let child = try Daemon.start(Self.plain("\(taken.endpoint)", Listener()))
            defer { child.destroy() }
            #expect(try child.waitForExit() == .code(1))
            let text = child.errors.joined(separator: "\n")
            #expect(text.contains("\(taken.endpoint)"))
            #expect(text.lowercased().contains("in use"))
        }

        @Test func twoDaemonsDoNotShareAPortUnseen() throws {
            let upstream = try Listener()
            try Daemon.with(Self.plain("127.0.0.1:0", upstream)) { daemon in
                let child = try Daemon.start(Self.plain("\(daemon.endpoint)", upstream))
                defer { child.destroy() }
                #expect(try child.waitForExit() == .code(1))
            }
        }

        @Test func aPortIsFreeAgainAtOnce() throws {
            let upstream = try Listener()
            let endpoint = try Daemon.with(Self.plain("127.0.0.1:0", upstream)) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                let visitor = try upstream.accept()
                // The daemon closes first and has the TIME_WAIT.
                try visitor.finishWriting()
                #expect(try client.receiveEnd() == .end)
                try client.finishWriting()
                _ = try daemon.session()
                return daemon.endpoint
            }
            try Daemon.with(Self.plain("\(endpoint)", upstream)) { _ in }
        }

        static func plain(_ listen: String, _ upstream: Listener) -> [String] {
            ["connect", "--plain", "--listen", listen, "--to", "\(upstream.endpoint)"]
        }
    }
}
