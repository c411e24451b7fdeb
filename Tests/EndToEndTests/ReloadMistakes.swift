// SPDX-License-Identifier: Apache-2.0
// Twenty ways to spoil a good file, and the words that each is told with.

import Foundation
import Support

extension EndToEnd.Reload {
    struct Mistake {
        let words: String
        let text: String
    }

    static func mistakes(
        in good: String, taken: Endpoint, _ folder: Folder
    ) throws -> [Mistake] {
        func replacing(_ old: String, _ new: String, _ words: String) -> Mistake {
            Mistake(words: words, text: good.replacingOccurrences(of: old, with: new))
        }
        func adding(_ line: String, _ words: String) -> Mistake {
            Mistake(words: words, text: good + "\n" + line)
        }
        let door = "bind: 127.0.0.1:0"
        let junk = try folder.write("junk.pem", "this is not PEM\n")
        let (certificate, key) = try (PKI.certificate("server"), PKI.key("server"))
        func tls(_ lines: String, _ words: String) -> Mistake {
            replacing(door, "\(door)\n    tls: {\(lines)}", words)
        }
        return try [
            Mistake(words: "listeners", text: ""),
            Mistake(words: "attache.yaml", text: "listeners: [\n"),
            Mistake(words: "attache.yaml", text: "\u{1}\u{0}\u{7f}"),
            Mistake(words: "listeners", text: "listeners: 5\n"),
            replacing("listeners:", "listenrs:", "listenrs"),
            replacing("upstream:", "upstreem:", "upstreem"),
            replacing("upstream: service", "upstream: nobody", "nobody"),
            replacing("  service:\n", "  service: &one\n    <<: *one\n", "attache.yaml"),
            replacing(door, door + "\n    \(door)", "bind"),
            replacing(door, "bind: 127.0.0.1:70000", "70000"),
            replacing(door, "bind: 192.0.2.1:80", "insecure-plaintext-listener"),
            replacing(door, "bind: \"\(taken)\"", "in use"),
            replacing(door, "\(door)\n    limits: {sessions: many}", "many"),
            adding("drain: soon", "soon"),
            adding("workers: -1", "-1"),
            adding("colour: blue", "colour"),
            tls("certificate: /nowhere.pem, key: \(key)", "/nowhere.pem"),
            tls("certificate: \(junk), key: \(key)", junk),
            tls("certificate: \(certificate), key: \(PKI.key("client"))", "does not"),
            tls(
                "certificate: \(certificate), key: \(key), client-ca: \(PKI.certificate("ca"))",
                "allow"),
        ]
    }
}
