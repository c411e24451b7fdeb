// SPDX-License-Identifier: Apache-2.0
// A file of settings, read whole: settings that can be used, or everything that is wrong with it.

import AttacheCore

public struct Configuration: Sendable {
    /// Whether the files that it names are read too.
    public enum Files: Sendable {
        case checked
        /// For examples, whose certificates exist nowhere.
        case ignored
    }

    /// As it was named on the command line; messages begin with it.
    public let file: String
    /// nil: there are problems.
    public let settings: Settings?
    /// In the order of the file; at most 100 problems and 100 warnings.
    public let findings: [Finding]
    /// How many problems there are, beyond the hundredth too.
    public let problems: Int

    /// More than anybody writes; what a file costs is bounded by it.
    static let bytesMax = 1 << 20

    /// Blocks as long as the files do.
    public static func load(_ file: String, files: Files = .checked) -> Configuration {
        do throws(ConfigurationProblem) {
            let bytes = try ConfigurationFile.bytes(file, bytesMax: bytesMax)
            return Configuration(
                file: file, bytes: bytes, folder: ConfigurationFile.folder(of: file), files: files)
        } catch {
            var reading = Reading(folder: "")
            let (what, remedy) = Problem(error.message).parts
            reading.note(.problem, .start, "", what, remedy)
            return Configuration(file: file, reading)
        }
    }

    /// `folder`: where relative names begin.
    init(file: String, bytes: [UInt8], folder: String, files: Files) {
        var reading = Reading(folder: folder)
        guard let (read, root) = Draft.read(bytes, &reading) else {
            self.init(file: file, reading)
            return
        }
        read.check(root, &reading)
        let draft = read.completed
        if files == .checked { draft.checkFiles(&reading) }
        self.init(file: file, reading, draft)
    }

    private init(file: String, _ reading: Reading, _ draft: Draft? = nil) {
        self.file = file
        findings = reading.findings.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element)
        problems = reading.problems
        settings = problems == 0 ? draft?.settings : nil
    }
}

extension Draft {
    /// nil: it is no text, no YAML, or no block of keys.
    static func read(_ bytes: [UInt8], _ reading: inout Reading) -> (Draft, Node)? {
        do throws(Tree.Stop) {
            if let complaint = Encoding.complaint(about: bytes) { throw complaint }
            let mark: [UInt8] = [0xef, 0xbb, 0xbf]
            let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
            guard let events = YAMLEvents(text) else {
                throw Tree.Stop(
                    place: .start, what: "there is no memory to read it with",
                    remedy: "Stop other programs.")
            }
            var tree = Tree(events)
            guard let root = try tree.document(), root.kind != "nothing" else {
                throw Tree.Stop(
                    place: .start, what: "this file says nothing",
                    remedy: "attache config example shows what it may say.")
            }
            for (pair, first, path) in tree.duplicates {
                reading.note(
                    .problem, pair.place, path, "stands here for the second time",
                    "The first is in line \(first.line): leave out one of them.")
            }
            guard let draft = kind.read(root, &reading) else { return nil }
            return (draft, root)
        } catch {
            reading.note(.problem, error.place, "", error.what, error.remedy)
            return nil
        }
    }

    /// With what follows from tunnels.
    fileprivate var completed: Draft {
        var draft = self
        for index in draft.listeners.indices { draft.listeners[index].value.fitTLSToAccept() }
        for index in draft.upstreams.indices { draft.upstreams[index].value.fitTLSToTunnel() }
        return draft
    }

    fileprivate var settings: Settings {
        var settings = Settings(
            listeners: listeners.map(\.value), upstreams: upstreams.map(\.value),
            workers: workers.number)
        settings.drain = drain
        settings.log = log
        settings.admin = admin
        return settings
    }
}
