// SPDX-License-Identifier: Apache-2.0
// MQTT over mutual TLS: for clients that speak it in plaintext, and for a broker that does.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Mosquitto {
        /// mosquitto_pub, mosquitto_sub → attache connect → mosquitto, which wants certificates
        @Test func plainClientsUseABrokerThatWantsCertificates() throws {
            let port = try Listener.closedPort().port
            let settings = try """
            listener \(port) 127.0.0.1
            cafile \(PKI.certificate("ca"))
            certfile \(PKI.certificate("server"))
            keyfile \(PKI.key("server"))
            require_certificate true
            use_identity_as_username true
            """
            try Self.withBroker(settings) { broker in
                let to = ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:\(port)"]
                try Daemon.with(Combination.plainToTLS.arguments + to) { daemon in
                    let door = Self.address(daemon.endpoint)
                    try Self.carriesAMebibyte(broker, publisher: door, subscriber: door)
                    // The broker knows whose certificate it was: that of attache.
                    #expect(broker.errors.contains { $0.contains("u'client'") }, "\(broker.tail)")
                    let lines = try daemon.sessions(2)
                    #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
                    #expect(lines.contains { $0.bytesUp > 1 << 20 })
                    #expect(lines.contains { $0.bytesDown > 1 << 20 })
                }
                let stranger = try ["connect", "--ca", PKI.certificate("ca")]
                let name = ["--server-name", "localhost"]
                try Daemon.with(stranger + name + to) { daemon in
                    let exit = try Self.publish(Self.address(daemon.endpoint), ["-m", "hello"])
                    #expect(exit != .code(0))
                    #expect(try daemon.sessions(1)[0].reason == "own-certificate-refused")
                }
            }
        }

        /// mosquitto_pub, mosquitto_sub with certificates → attache terminate → mosquitto
        @Test func aPlainBrokerIsReachedByThoseWhoMayAndByNobodyElse() throws {
            let folder = try Folder()
            let socket = folder.file("mqtt")
            try Self.withBroker("listener 0 \(socket)") { broker in
                let arguments =
                    try Combination.tlsToPlain.arguments
                    + ["--listen", "127.0.0.1:0", "--to", "unix:\(socket)"]
                try Daemon.with(arguments) { daemon in
                    let trust =
                        try Self.address(daemon.endpoint) + ["--cafile", PKI.certificate("ca")]
                    let friend = try trust + Self.identity("client")
                    try Self.carriesAMebibyte(broker, publisher: friend, subscriber: friend)
                    let served = try daemon.sessions(2)
                    #expect(served.allSatisfy { $0.reason == "completed" }, "\(served)")
                    #expect(
                        served.allSatisfy { $0.clientTls?.peer?.contains("client.test") == true })

                    let visits = Self.visits(broker)
                    for stranger in try [trust, trust + Self.identity("other-client")] {
                        #expect(try Self.publish(stranger, ["-m", "hello"]) != .code(0))
                    }
                    let refused = try daemon.sessions(4).suffix(2)
                    #expect(refused.allSatisfy { $0.reason == "certificate-refused" }, "\(refused)")
                    #expect(Self.visits(broker) == visits)
                }
            }
        }

        /// To somebody who listens already, byte by byte the same.
        static func carriesAMebibyte(
            _ broker: Child, publisher: [String], subscriber: [String]
        ) throws {
            let folder = try Folder()
            let message = folder.file("sent")
            try RandomStream(seed: 11).next(1 << 20) {
                try Data($0).write(to: URL(fileURLWithPath: message))
            }
            let program = try Program("mosquitto_sub").path
            let sub = try Program("bash").start(
                ["-c", "exec \"$@\" > \(folder.file("got"))", "bash", program] + subscriber
                    + ["-t", "large", "-q", "1", "-C", "1", "-N"])
            defer { sub.destroy() }
            try broker.wait(inErrors: true, "a subscriber") {
                $0.first { $0.contains("Sending SUBACK") }
            }
            #expect(try publish(publisher, ["-q", "1", "-f", message]) == .code(0))
            #expect(try sub.waitForExit() == .code(0), "\(sub.tail)")
            try Program("cmp").lines([message, folder.file("got")])
        }

        static func publish(_ address: [String], _ message: [String]) throws -> Child.Exit {
            try Program("mosquitto_pub").run(address + ["-t", "large"] + message).exit
        }

        static func address(_ endpoint: Endpoint) -> [String] {
            ["-h", "localhost", "-p", "\(endpoint.port)"]
        }

        static func identity(_ profile: String) throws -> [String] {
            try ["--cert", PKI.certificate(profile), "--key", PKI.key(profile)]
        }

        static func visits(_ broker: Child) -> Int {
            broker.errors.count { $0.contains("New connection") }
        }

        static func withBroker(_ listener: String, _ body: (Child) throws -> Void) throws {
            let folder = try Folder()
            // As root it would change to a user who may not read our keys.
            let file = try folder.write(
                "mosquitto.conf", "user root\nallow_anonymous true\n\(listener)\n")
            let broker = try Program("mosquitto").start(["-c", file, "-v"])
            defer { broker.destroy() }
            try broker.wait(inErrors: true, "running") { $0.first { $0.contains("running") } }
            try body(broker)
        }
    }
}
