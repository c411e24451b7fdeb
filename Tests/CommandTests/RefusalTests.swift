// SPDX-License-Identifier: Apache-2.0
// Command lines that mean something else than they seem to: refused, with what to write.

import Testing

@testable import attache

private let connect = "connect --listen 127.0.0.1:1 --to db:2"
private let terminate = "terminate --listen 127.0.0.1:1 --to 127.0.0.1:2 --cert c --key k"
private let pin = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
private let serve = "bench serve --listen 127.0.0.1:1"
private let echo = "echo --listen 127.0.0.1:1"

@Suite(.tags(.messages))
struct RefusalTests {
    @Test(arguments: [
        ("connect", ["connect needs", "--listen", "--to", "as in attache connect"]),
        ("connect --listen 127.0.0.1:1", ["--to"]),
        ("connect --to db:1", ["--listen"]),
        ("terminate", ["terminate needs", "--cert FILE"]),
        ("echo", ["echo needs", "--listen"]),
        ("bench serve", ["bench serve needs", "--listen", "as in attache bench serve"]),
        (serve + " --as sauce", ["'sauce'", "--as <service>", "'answer', 'echo'", "'source'"]),
        ("connect --listen 127.0.0.1:1 --to db:0", ["--to db:0", "port 0"]),
        (connect + " --mode 0600", ["--mode", "Unix socket"]),
        (connect + " extra", ["extra", "belongs to no flag"]),
        (connect + " --listen 127.0.0.1:3", ["--listen", "twice"]),
        (connect + " --certificate c --key k --certificate d", ["--certificate", "twice"]),
        (connect + " --ca", ["missing value", "--ca <file>"]),
        (connect + " --plain=yes", ["--plain", "does not take any value"]),
        (connect + " --connect 30", ["'30'", "--connect <time>", "write 30s"]),
        (connect + " --idle 5x", ["'5x'", "--idle <time|none>", "1m30s"]),
        (connect + " --workers 0", ["--workers", "auto", "1 to 256"]),
        (connect + " --log-format xml", ["--log-format", "'text'", "'json'"]),
    ])
    func whatCannotBeUnderstood(line: String, parts: [String]) {
        expect(line, says: parts)
    }

    @Test(arguments: [
        (connect + " --plain --ca a --key k", ["--ca and --key", "--plain"]),
        (connect + " --plain --handshake 5s", ["--handshake is", "--plain"]),
        (connect + " --plain --verify none-insecure", ["--verify", "--plain"]),
        (connect + " --cert c", ["--certificate", "add --key FILE"]),
        (connect + " --key k", ["--key", "add --certificate FILE"]),
        (connect + " --allow any-verified", ["any-verified", "--allow dns:"]),
        (connect + " --allow nonsense", ["--allow", "nonsense"]),
        (connect + " --allow dns:a --verify host-name", ["--allow", "--verify host-name"]),
        (connect + " --allow dns:a --verify none-insecure", ["--allow", "none-insecure"]),
        (connect + " --verify none", ["'none'", "none-insecure"]),
        (connect + " --min-version 1.3 --max-version 1.2", ["--min-version", "--max-version"]),
        (connect + " --verify none-insecure --pin \(pin)", ["--pin", "none-insecure", "--ca"]),
        (connect + " --pin sha256/abc", ["sha256/abc", "is no pin", "openssl x509"]),
        (connect + " --ciphers a,,b", ["--ciphers <a,b>", "an empty name"]),
        (connect + " --plain --pin \(pin)", ["--pin is", "--plain"]),
        (connect + " --min-version 1.1", ["'1.1'", "'1.2' and '1.3'"]),
        (
            "connect --listen 127.0.0.1:1 --to unix:/x",
            ["unix:/x", "no host name", "--server-name", "--allow"]
        ),
    ])
    func tlsWithTheUpstreamThatWouldNotBeWhatItSeems(line: String, parts: [String]) {
        expect(line, says: parts)
    }

    @Test(arguments: [
        ("terminate --listen 127.0.0.1:1 --to 127.0.0.1:2", ["--certificate FILE --key FILE"]),
        (terminate + " --client-ca a", ["say who may come in", "--allow dns:", "any-verified"]),
        (terminate + " --allow dns:a", ["--allow", "add --client-ca FILE"]),
        (terminate + " --client-certificate required", ["required", "add --client-ca FILE"]),
        (terminate + " --client-certificate optional", ["optional", "add --client-ca FILE"]),
        (
            terminate + " --client-certificate off --client-ca a --allow dns:a",
            ["--client-certificate off", "--client-ca"]
        ),
        (terminate + " --client-certificate off --allow dns:a", ["--allow", "--client-ca"]),
        (terminate + " --crl r", ["--crl", "add --client-ca FILE"]),
        (terminate + " --client-ca a --allow dns:a --allow any-verified", ["any-verified"]),
        (terminate + " --to-ca a", ["--to-ca is", "--to-tls"]),
        (terminate + " --to-alpn a --to-handshake 5s", ["--to-handshake and --to-alpn are"]),
        (terminate + " --to-tls --to-cert a", ["--to-certificate", "add --to-key FILE"]),
        (terminate + " --certificate d", ["--certificate is said twice", "--key once", "pairs"]),
        (terminate + " --key d", ["--certificate is said once", "--key twice", "pairs"]),
        (
            terminate + " --cert d --key d --cert e --key e --key-passphrase-file p"
                + " --key-passphrase-file q",
            ["--key-passphrase-file is said twice", "--key 3 times", "one for all keys"]
        ),
        (
            terminate + " --to-tls --to-cert a --to-key b --to-cert c",
            ["--to-certificate is said twice"]
        ),
        (echo + " --key-passphrase-file p", ["--key-passphrase-file", "add --key FILE"]),
        (echo + " --groups X25519", ["--groups is", "--certificate FILE --key FILE"]),
        (terminate + " --to-tls --to-allow any-verified", ["--to-allow any-verified"]),
        (serve + " --groups X25519", ["--groups is", "--certificate FILE --key FILE"]),
        (echo + " --client-ca a", ["--client-ca is", "--certificate FILE --key FILE"]),
        (echo + " --handshake 5s --crl r", ["--handshake and --crl are", "--certificate"]),
    ])
    func tlsWithClientsThatWouldNotBeWhatItSeems(line: String, parts: [String]) {
        expect(line, says: parts)
    }

    @Test(arguments: ["connect --to db:1 --listen ", "echo --listen ", "bench serve --listen "])
    func aPlaintextListenerOffLoopbackMustBeAskedFor(start: String) throws {
        for address in ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "box.internal:1"] {
            expect(
                start + address,
                says: ["plaintext", "beyond this machine", "--insecure-plaintext-listener"])
            _ = try plan(start + address + " --insecure-plaintext-listener")
        }
        for address in ["127.0.0.1:2", "127.9.9.9:2", "[::1]:2", "localhost:2", "unix:/x"] {
            _ = try plan(start + address)
        }
    }

    @Test func anEmptyFileNameIsAnUnsetVariable() {
        let ending = Ending.of(words(connect) + ["--ca", ""])
        #expect(ending.code == 64)
        #expect(ending.complaint.contains("names no file"))
    }

    private func expect(
        _ line: String, says parts: [String], at location: SourceLocation = #_sourceLocation
    ) {
        let said = complaint(line)
        for part in parts {
            #expect(said.contains(part), "\(line)", sourceLocation: location)
        }
        #expect(said.contains("--help"), sourceLocation: location)
        #expect(!said.contains("Swift") && !said.contains("Optional"), sourceLocation: location)
    }
}
