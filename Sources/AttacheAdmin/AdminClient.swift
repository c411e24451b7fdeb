// SPDX-License-Identifier: Apache-2.0
// Asks a running attache over its operator's socket; for the commands.

import AttacheCore
import Glibc

public struct AdminClient: Sendable {
    public struct Answer: Sendable, Equatable {
        public let status: Int
        public let body: String
        public var isGood: Bool { status == 200 }
    }
    private let path: String
    /// Long enough for another operator's reload to end before ours begins.
    private let patience: Duration

    /// 64 MiB: more than the largest answer.
    private static let answerBytesMax = 64 * 1024 * 1024

    /// nil: where a server would be by default.
    public init(path: String?, patience: Duration = .seconds(45)) {
        self.path = path ?? AdminSocket.defaultPath() ?? AdminSocket.systemPath
        self.patience = patience
    }

    public func get(_ target: String, json: Bool) throws(StartFailure) -> Answer {
        try ask("GET", target, json: json)
    }

    public func post(_ target: String) throws(StartFailure) -> Answer {
        try ask("POST", target, json: false)
    }

    private func ask(
        _ method: String, _ target: String, json: Bool
    ) throws(StartFailure) -> Answer {
        let length = method == "POST" ? "Content-Length: 0\r\n" : ""
        let question =
            "\(method) \(target) HTTP/1.1\r\nHost: attache\r\nConnection: close\r\n\(length)"
            + "Accept: \(json ? "application/json" : "text/plain")\r\n\r\n"
        do throws(LocalCall.Failure) {
            let bytes = try LocalCall.exchange(
                path, Array(question.utf8), answerBytesMax: Self.answerBytesMax, within: patience)
            if let answer = Self.answer(in: bytes) { return answer }
        } catch {
            throw explain(error)
        }
        throw StartFailure(
            message: "whoever listens on unix:\(path) broke off its answer or speaks no HTTP; "
                + "is it attache, and did it end just now? --admin PATH names another socket",
            exitCode: ExitCode.failure)
    }

    /// nil: no HTTP, or cut off.
    static func answer(in bytes: [UInt8]) -> Answer? {
        let end = Array("\r\n\r\n".utf8)
        guard
            let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) })
        else { return nil }
        let lines = String(decoding: bytes[..<split], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            return nil
        }
        let body = bytes[(split + end.count)...]
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().trimmed) }
        if let length, length != body.count { return nil }
        return Answer(status: status, body: String(decoding: body, as: UTF8.self))
    }

    private func explain(_ failure: LocalCall.Failure) -> StartFailure {
        func failed(_ message: String, _ code: Int32 = ExitCode.failure) -> StartFailure {
            StartFailure(message: message, exitCode: code)
        }
        switch failure {
        case .connect(let error) where error.code == ENOENT || error.code == ECONNREFUSED:
            return failed(
                "nobody listens on unix:\(path): \(error); is attache running? "
                    + "--admin PATH names another socket")
        case .connect(let error) where error.code == EACCES || error.code == EPERM:
            let owner = LocalCall.owner(of: path).map { "it belongs to uid \($0)" }
            return failed(
                "not permitted to ask on unix:\(path): \(owner ?? "its folder is closed to us") "
                    + "and this is uid \(geteuid()); be that user (sudo -u), or root",
                ExitCode.permission)
        case .connect(let error):
            return failed(
                "cannot ask on unix:\(path): \(error); --admin PATH names another socket")
        case .late:
            return failed(
                "no answer on unix:\(path) within \(patience.text); "
                    + "the process hangs, or other operators keep it busy")
        case .broken(let error):
            return failed(
                "the connection to unix:\(path) broke: \(error); did attache end just now?")
        case .larger(let bytes):
            return failed(
                "the answer on unix:\(path) is longer than \(bytes) bytes; is that attache? "
                    + "--admin PATH names another socket")
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " }
        let end = start.lastIndex { $0 != " " }
        return end.map { start[...$0] } ?? ""
    }
}
