// SPDX-License-Identifier: Apache-2.0
// Two TLS ends joined in memory: handshakes without a socket.

import COpenSSL

@testable import AttacheCore

/// One side of it.
final class WireEnd {
    let context: TLSContext
    let ssl: OpaquePointer
    let inbox: UnsafeMutablePointer<TLSInbox>
    private let input = BIO_new(BIO_s_mem())
    private let output = BIO_new(BIO_s_mem())
    private(set) var failure: TLSFailure?
    private(set) var isDone = false

    init?(_ context: TLSContext, serverName: String? = nil, resuming: OpaquePointer? = nil) {
        self.context = context
        inbox = .allocate(capacity: 1)
        inbox.initialize(to: TLSInbox())
        guard let ssl = context.connection(inbox: inbox, serverName: serverName) else {
            inbox.deallocate()
            BIO_free(input)
            BIO_free(output)
            return nil
        }
        self.ssl = ssl
        SSL_set_bio(ssl, input, output)
        if let resuming { SSL_set_session(ssl, resuming) }
    }

    deinit {
        TLSContext.free(ssl)
        inbox.pointee.tickets.forEach(SSL_SESSION_free)
        inbox.deinitialize(count: 1)
        inbox.deallocate()
    }

    func step(received: [UInt8] = []) {
        guard failure == nil else { return }
        ERR_clear_error()
        if isDone {
            _ = read()
            return
        }
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            isDone = true
        } else {
            check(result, received)
        }
    }

    private func check(_ result: Int32, _ received: [UInt8] = []) {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_ZERO_RETURN: break
        default:
            failure = received.withUnsafeBytes {
                TLSFailure.explain(
                    ssl, inbox, role: context.role, context: context, received: $0)
            }
        }
    }

    /// What arrived for the application.
    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        ERR_clear_error()
        let count = SSL_read(ssl, &bytes, Int32(bytes.count))
        if count <= 0 { check(count) }
        return Array(bytes[..<Int(max(count, 0))])
    }

    func take() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 262_144)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        return Array(bytes[..<Int(max(count, 0))])
    }

    func give(_ bytes: [UInt8]) {
        if !bytes.isEmpty { BIO_write(input, bytes, Int32(bytes.count)) }
    }

    /// What a read finds when nothing is left: the end of the stream.
    func end() {
        BIO_ctrl(input, BIO_C_SET_BUF_MEM_EOF_RETURN, 0, nil)
    }

    var negotiated: TLSNegotiated { TLSNegotiated(ssl) }
}

struct Wire {
    let client: WireEnd
    let server: WireEnd

    init(
        client: TLSContext, server: TLSContext, name: String? = "localhost",
        resuming: OpaquePointer? = nil
    ) throws {
        struct NoConnection: Error {}
        guard let left = WireEnd(client, serverName: name, resuming: resuming),
            let right = WireEnd(server)
        else { throw NoConnection() }
        self.client = left
        self.server = right
    }

    /// Until nobody has anything more to say. `tamper`: what the server sends, on its way.
    func run(tamper: ([UInt8]) -> [UInt8] = { $0 }) {
        var isMoving = true
        while isMoving {
            client.step()
            let up = client.take()
            server.give(up)
            server.step(received: up)
            let down = tamper(server.take())
            client.give(down)
            isMoving = !up.isEmpty || !down.isEmpty
        }
    }

    var succeeded: Bool {
        client.isDone && server.isDone && client.failure == nil && server.failure == nil
    }
}

/// An authority, good certificates of both kinds, and contexts around them.
final class Bench: Sendable {
    let scratch = Scratch()
    let authority = TestAuthority("Test CA")
    let other = TestAuthority("Other CA")

    var caFile: String { scratch.write("ca.pem", authority.pem) }

    static let clientRequest = Request(
        commonName: "client", names: "DNS:client.test,URI:spiffe://test/client",
        usage: "clientAuth")

    /// A verifying client; `change` has the last word.
    func client(
        _ identity: TestIdentity? = nil, _ change: (inout ClientTLSSettings) -> Void = { _ in }
    ) throws -> TLSContext {
        var settings = ClientTLSSettings()
        settings.ca = caFile
        settings.identity = identity?.files(scratch, "client")
        change(&settings)
        return try TLSContext(client: settings)
    }

    /// A server that asks nobody for a certificate unless `allow` says whom it lets in.
    func server(
        _ identity: TestIdentity? = nil, allow: [String] = [], optional: Bool = false,
        listener: String = "test", _ change: (inout TLSSettings) -> Void = { _ in }
    ) throws -> TLSContext {
        let leaf = identity ?? authority.issue()
        return try server(
            identities: [leaf.files(scratch, "server")], allow: allow, optional: optional,
            listener: listener, change)
    }

    /// With several certificates, chosen by name.
    func server(
        identities: [Identity], allow: [String] = [], optional: Bool = false,
        listener: String = "test", _ change: (inout TLSSettings) -> Void = { _ in }
    ) throws -> TLSContext {
        var settings = ServerTLSSettings(identities: identities, clientCertificate: .off)
        if !allow.isEmpty {
            let policy = try IdentityPolicy(parsing: allow)
            settings.clientCertificate =
                optional
                ? .optional(clientCA: caFile, policy) : .required(clientCA: caFile, policy)
        }
        change(&settings.shared)
        return try TLSContext(server: settings, listener: listener)
    }
}
