// SPDX-License-Identifier: Apache-2.0
// Help: an example first, then every flag with its default.

import Testing

@testable import attache

struct HelpTests {
    private static let common = """
        --listen --mode --dual-stack --idle --half-close --lifetime --dead-peer --abort-linger
        --source-allow --source-deny --admin --workers --sessions --drain --log-format --log-level
        --log-access --log-events --help --version
        """
    private static let clients = """
        --certificate --cert --key --client-ca --client-certificate --allow --crl --min-version
        --max-version --alpn --unclean-end --handshake --key-passphrase-file --ciphers
        --cipher-suites --groups
        """
    private static let upstream = """
        ca certificate cert key server-name allow verify crl min-version max-version alpn
        unclean-end handshake key-passphrase-file pin ciphers cipher-suites groups
        """

    private static let carrier = """
        --streams --stream-window --connection-window --carrier-memory --keepalive
        --keepalive-timeout
        """
    private static let tunnel = "--tunnel --authority --header --carriers --carrier-idle"

    private static func flags(_ text: String, prefix: String = "") -> Set<String> {
        Set(text.split { $0 == " " || $0 == "\n" }.map { prefix + $0 })
    }

    private func help(_ command: String) -> String {
        let ending = Ending.of(words(command) + ["--help"])
        #expect(ending.code == 0)
        return ending.answer
    }

    private func shown(_ command: String) -> Set<String> {
        let options = help(command).split(separator: "ADDRESSES:").last ?? ""
        return Set(
            options.split { $0 == " " || $0 == "," || $0 == "\n" }
                .filter { $0.hasPrefix("--") }.map(String.init))
    }

    @Test func connectHasTheseFlagsAndNoOthers() {
        #expect(
            shown("connect")
                == Self.flags(Self.common).union(Self.flags(Self.upstream, prefix: "--"))
                .union(Self.flags(Self.tunnel)).union(Self.flags(Self.carrier))
                .union(["--to", "--plain", "--connect", "--insecure-plaintext-listener"]))
    }

    @Test func terminateHasTheseFlagsAndNoOthers() {
        #expect(
            shown("terminate")
                == Self.flags(Self.common).union(Self.flags(Self.clients))
                .union(Self.flags(Self.upstream, prefix: "--to-"))
                .union(Self.flags(Self.carrier))
                .union(["--to", "--to-tls", "--connect", "--accept", "--authorities"]))
    }

    @Test func echoHasTheseFlagsAndNoOthers() {
        #expect(
            shown("echo")
                == Self.flags(Self.common).union(Self.flags(Self.clients))
                .union(["--insecure-plaintext-listener"]))
    }

    @Test func benchServeHasThoseOfEchoAndSaysWhatItServes() {
        #expect(shown("bench serve") == shown("echo").union(["--as", "--no-resume"]))
    }

    @Test(arguments: ["connect", "terminate", "echo", "bench serve"])
    func anExampleComesFirst(command: String) throws {
        let text = help(command)
        let example = try #require(text.firstRange(of: "\n  attache \(command) --listen "))
        let usage = try #require(text.firstRange(of: "\nUSAGE:"))
        #expect(example.lowerBound < usage.lowerBound)
    }

    /// Each is a command that could be typed as it stands.
    @Test(arguments: [("", 2), ("connect", 2), ("terminate", 2), ("echo", 1)])
    func everyExampleIsUnderstood(command: String, count: Int) throws {
        let examples = help(command).replacing("\\\n", with: " ").split(separator: "\n")
            .filter { $0.hasPrefix("  attache ") && $0.contains(" --listen ") }
        #expect(examples.count == count)
        for example in examples {
            #expect(complaint(String(example.dropFirst("  attache ".count))) == "")
        }
    }

    @Test func defaultsAreThoseOfTheSettings() {
        let text = help("terminate")
        for part in [
            "(default: 5s)", "(default: 10s)", "(default: 5m)", "(default: none)",
            "(default: 30s)", "(default: 1s)", "(default: 0600)", "(default: abort)",
            "(default: host-name)", "(default: 1.2)", "(default: 1.3)",
            "default: auto",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test(arguments: ["", "connect", "terminate", "echo", "bench", "bench serve"])
    func itFitsATerminalOfEightyColumnsAndThreeScreens(command: String) {
        let lines = help(command)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 120)
        for line in lines { #expect(line.count <= 80) }
    }

    @Test func withoutArgumentsItShowsHelpAndSucceeds() {
        let ending = Ending.of([])
        #expect(ending.code == 0)
        #expect(ending.answer.contains("attache connect --listen"))
        #expect(ending.answer.contains("terminate"))
    }

    @Test func theVersionIsOneLine() {
        #expect(Ending.of(["--version"]).answer == "attache \(Version.number)")
        #expect(Ending.of(["connect", "--version"]).answer == "attache \(Version.number)")
    }
}
