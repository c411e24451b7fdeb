// SPDX-License-Identifier: Apache-2.0
// What an operator gets: a status, words or JSON.

import AttacheCore

struct Reply: Sendable, Equatable {
    /// Those of RFC 9110 §15 that are used here.
    enum Status: Int32, Sendable {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        /// Understood, and not possible as things stand: a reload that was refused.
        case unprocessable = 422
        case unavailable = 503

        var reason: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .unprocessable: "Unprocessable Content"
            case .unavailable: "Service Unavailable"
            }
        }
    }
    var status = Status.ok
    let format: Request.Format
    /// Ends with a line end.
    let body: String
    /// For 405.
    var allow: String?

    static func text(_ body: String) -> Reply { Reply(format: .text, body: body) }
    static func json(_ body: String) -> Reply { Reply(format: .json, body: body + "\n") }

    /// One message, in the format that was asked for.
    static func said(_ message: String, _ status: Status = .ok, to request: Request) -> Reply {
        guard request.format == .json else {
            return Reply(status: status, format: .text, body: message + "\n")
        }
        var object = JSONObject(bytesExpected: message.utf8.count + 32)
        object.add(status == .ok ? "message" : "error", message)
        return Reply(status: status, format: .json, body: object.closed + "\n")
    }

    var contentType: String {
        format == .json ? "application/json" : "text/plain; charset=utf-8"
    }
}
