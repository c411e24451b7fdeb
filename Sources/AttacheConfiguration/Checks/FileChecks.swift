// SPDX-License-Identifier: Apache-2.0
// Whether the files of each TLS block can be used: asked of those who will use them.

import AttacheCore

extension Draft {
    /// Of a block that has a wrong key only those files are spoken of that are named well: what is
    /// wrong between keys may follow from the wrong one.
    func checkFiles(_ reading: inout Reading) {
        for listener in listeners {
            guard let tls = listener.value.tls, let node = listener.node["tls"] else { continue }
            note(node, &reading) { TLSMaterial.findings(tls) }
        }
        for upstream in upstreams {
            guard let tls = upstream.value.tls, let node = upstream.node["tls"] else { continue }
            note(node, &reading) { TLSMaterial.findings(tls) }
        }
    }

    private func note(
        _ node: Node, _ reading: inout Reading, _ findings: () -> TLSMaterial.Findings
    ) {
        let isWhole = reading.isSound(node)
        let findings = findings()
        let secrets = node.secretFiles.map(reading.resolve)
        for problem in findings.problems {
            guard isWhole || node.namesWell(problem.message, reading) else { continue }
            let (what, remedy) = Problem(problem.message.without(secrets)).parts
            if let place = node.place(of: problem, reading) {
                // The key stands before it already.
                let step = problem.setting.map { "\($0): " } ?? ""
                let said = what.hasPrefix(step) ? String(what.dropFirst(step.count)) : what
                reading.problem(place, said, remedy: remedy)
            } else {
                reading.problem(with: node, what, remedy: remedy)
            }
        }
        for warning in findings.warnings {
            guard isWhole || node.namesWell(warning, reading) else { continue }
            let (what, remedy) = Problem(warning.without(secrets)).parts
            reading.warning(
                node.place(of: warning, reading), what, remedy: remedy, isToldAtStart: true)
        }
    }
}

extension Node {
    /// The core says `certificate` where there is only one, in a list or not.
    fileprivate func place(of problem: ConfigurationProblem, _ reading: Reading) -> Node? {
        if let setting = problem.setting {
            for way in [setting, "certificates[0].\(setting)"] {
                let found = nearest(way)
                if found.path.hasSuffix(way) { return found }
            }
        }
        return naming(in: problem.message, reading)
    }

    /// By the file that it names, or the key that it begins with; what has neither is about
    /// verification as a whole.
    fileprivate func place(of warning: String, _ reading: Reading) -> Node {
        let word = warning.prefix { $0.isLetter || $0 == "-" }
        return naming(in: warning, reading) ?? self[String(word)] ?? self["verify"] ?? self
    }

    /// It is about a file that one of its keys names, and nothing is wrong with that key.
    fileprivate func namesWell(_ message: String, _ reading: Reading) -> Bool {
        naming(in: message, reading).map(reading.isSound) == true
    }

    /// Where it names a file that `message` speaks of.
    private func naming(in message: String, _ reading: Reading) -> Node? {
        texts.first { message.contains("\"\(reading.resolve($0.1))\"") }?.0
    }

    /// All texts in it, with their nodes.
    private var texts: [(Node, String)] {
        switch content {
        case .text(let text, _): [(self, text)]
        case .list(let items): items.flatMap(\.texts)
        case .mapping(let pairs): pairs.flatMap(\.value.texts)
        }
    }

    /// The files of passphrases: one that cannot be read may be the passphrase itself.
    fileprivate var secretFiles: [String] {
        texts.filter { $0.0.path.hasSuffix("key-passphrase-file") }.map(\.1)
    }
}

extension String {
    fileprivate func without(_ secrets: [String]) -> String {
        secrets.reduce(self) { text, secret in
            text.replacing("\"\(secret)\"", with: Shown.withheld)
        }
    }
}
