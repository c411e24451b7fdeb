// SPDX-License-Identifier: Apache-2.0
// Every path that the operator's socket answers, and what it says there.

import AttacheCore

/// One path. To add one is to add a line to `Desk.routes`.
struct Route: Sendable {
    /// `GET`, which answers HEAD too, or `POST`: what changes something is never a GET.
    let method: String
    /// `*` stands for one piece, handed to `answer`.
    let path: String
    let purpose: String
    let answer: @Sendable (Desk, Request, String) -> Reply

    var allow: String { method == "GET" ? "GET, HEAD" : method }

    /// What stands for `*`, empty where there is none; nil: another path.
    func match(_ pieces: [String]) -> String? {
        let own = path.split(separator: "/")
        guard own.count == pieces.count else { return nil }
        var found = ""
        for (mine, theirs) in zip(own, pieces) {
            if mine == "*" { found = theirs } else if mine != theirs[...] { return nil }
        }
        return found
    }
}

/// Answers requests. Blocks as long as `Operations` does: only operators wait for each other.
struct Desk: Sendable {
    let operations: any Operations
    let version: String

    static let routes = [
        Route(method: "GET", path: "/status", purpose: "how it is") { desk, request, _ in
            desk.status(request)
        },
        Route(
            method: "GET", path: "/sessions",
            purpose: "sessions that run, oldest first; ?limit=N"
        ) { desk, request, _ in desk.sessions(request) },
        Route(method: "POST", path: "/sessions/*/close", purpose: "ends one session") {
            desk, request, session in desk.close(session, request)
        },
        Route(method: "POST", path: "/reload", purpose: "loads the settings anew") {
            desk, request, _ in desk.reload(request)
        },
        Route(method: "POST", path: "/drain", purpose: "no new sessions, then the end") {
            desk, request, _ in desk.drain(request)
        },
    ]

    func answer(_ request: Request) -> Reply {
        guard request.format != nil else {
            return .said(
                "there is no such format; write format=json or format=text", .badRequest,
                to: request)
        }
        for route in Self.routes {
            guard let piece = route.match(request.path) else { continue }
            let method = request.method == "HEAD" ? "GET" : request.method
            if method == route.method { return route.answer(self, request, piece) }
            var reply = Reply.said(
                "\(request.method) does nothing on \(route.path); write \(route.method)",
                .methodNotAllowed, to: request)
            reply.allow = route.allow
            return reply
        }
        let paths = Self.routes.map { "  \($0.method) \($0.path)  \($0.purpose)" }
        let message = "nothing is at this path; there are:\n\(paths.joined(separator: "\n"))"
        return .said(message, .notFound, to: request)
    }
}

extension Desk {
    static let sessionsShown = 100
    /// One answer stays below 8 MiB.
    static let sessionsMax = 10_000

    private func status(_ request: Request) -> Reply {
        let view = StatusView(
            status: operations.status(), version: version, processID: Platform.processID,
            now: Clock.wall())
        return request.format == .json ? .json(view.json) : .text(view.text)
    }

    private func sessions(_ request: Request) -> Reply {
        var limit = Self.sessionsShown
        if let asked = request.value(of: "limit") {
            guard let number = Int(asked), (1...Self.sessionsMax).contains(number) else {
                return .said(
                    "limit wants a number from 1 to \(Self.sessionsMax), as in "
                        + "/sessions?limit=1000", .badRequest, to: request)
            }
            limit = number
        }
        let view = SessionsView(sessions: operations.sessions(limit: limit), limit: limit)
        return request.format == .json ? .json(view.json) : .text(view.text)
    }

    private func close(_ piece: String, _ request: Request) -> Reply {
        guard let session = UInt64(piece) else {
            return .said(
                "a session is named by its number, as in /sessions/17/close; attache sessions "
                    + "lists them",
                .badRequest, to: request)
        }
        guard operations.close(session: session) else {
            return .said(
                "no session has the number \(session); it may have ended by itself "
                    + "(attache sessions lists those that run)", .notFound, to: request)
        }
        return .said("session \(session) is closed", to: request)
    }

    private func reload(_ request: Request) -> Reply {
        let result = operations.reload()
        switch result.outcome {
        case .reloaded(let changes):
            let notice = result.restartNotice.map { "; \($0)" } ?? ""
            return .said(
                "reloaded, generation \(result.generation): \(changes)\(notice)", to: request)
        case .failed(let message):
            return .said(
                "not reloaded, generation \(result.generation) stays: \(message)",
                .unprocessable, to: request)
        }
    }

    private func drain(_ request: Request) -> Reply {
        let begun = operations.drain()
        return .said(
            begun
                ? "draining: nobody is accepted any more, sessions may end within the drain period"
                : "draining already", to: request)
    }
}
