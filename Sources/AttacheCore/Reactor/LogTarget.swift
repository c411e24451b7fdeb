// SPDX-License-Identifier: Apache-2.0
// Where the lines of one log go and how they look: a standard stream, a file or nowhere.

import Glibc

struct LogTarget: Sendable {
    /// As it is called in complaints: "standard output".
    let name: String
    let form: LineForm
    /// nil: nowhere, lines are thrown away.
    var output: BlockingOutput?
    /// Of a file, which can be opened again.
    let path: String?

    init(_ output: BlockingOutput?, name: String, form: LineForm = .text, path: String? = nil) {
        self.output = output
        self.name = name
        self.form = form
        self.path = path
    }

    /// What is written: lines of sessions, or events.
    enum Content { case sessions, events }

    /// Opens it.
    init(
        _ destination: LogSettings.Destination, _ format: LogFormat, for content: Content,
        streams: LogStreams
    ) throws(StartFailure) {
        let output: BlockingOutput?
        var path: String?
        switch destination {
        case .standardOutput: (output, name) = (streams.output, "standard output")
        case .standardError: (output, name) = (streams.error, "standard error")
        case .none: (output, name) = (nil, "nowhere")
        case .file(let file):
            (path, name) = (file, file)
            do throws(Errno) {
                output = try BlockingOutput(appendingTo: file)
            } catch {
                throw StartFailure(
                    message: "cannot open the log \(file): \(error)" + Self.hint(error),
                    exitCode: ExitCode.configuration)
            }
        }
        self.output = output
        self.path = path
        let text = path == nil ? LineForm.text : .datedText
        switch format {
        case .json: form = .json
        case .text: form = text
        case .auto: form = content == .events || output?.isTerminal == true ? text : .json
        }
    }

    private static func hint(_ error: Errno) -> String {
        switch error.code {
        case ENOENT: "; its folder is not there: make it, or name another file"
        case EACCES, EPERM:
            "; attache runs as user \(geteuid()), who may not write there: change the owner of "
                + "the folder or file, or name another"
        case EISDIR: "; name a file in it"
        case ENXIO: "; it is a pipe that nobody reads: start its reader first"
        case EROFS: "; name a file where attache may write (systemd: LogsDirectory=)"
        default: ""
        }
    }

    /// It will not be used: a file that was made for it goes again.
    func discard() {
        if let path { output?.removeUnused(path) }
    }

    /// The same file by its name, which after a rotation is a new one.
    mutating func reopen() throws(Errno) {
        guard let path else { return }
        output = try BlockingOutput(appendingTo: path)
    }
}

/// The standard streams, or what stands for them.
struct LogStreams: Sendable {
    var output = BlockingOutput.standardOutput
    var error = BlockingOutput.standardError
}
