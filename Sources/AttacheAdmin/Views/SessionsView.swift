// SPDX-License-Identifier: Apache-2.0
// The sessions that run, as a table and as JSON.

import AttacheCore

struct SessionsView {
    let sessions: [SessionStatus]
    /// How many were asked for.
    let limit: Int

    var text: String {
        if sessions.isEmpty { return "no session runs\n" }
        var table = Table([
            .number("SESSION"), .text("LISTENER"), .text("CLIENT"), .text("IDENTITY"),
            .text("ENDPOINT"), .text("PHASE"), .number("AGE"), .number("IDLE"), .number("UP"),
            .number("DOWN"),
        ])
        for session in sessions {
            table.add([
                "\(session.session)", session.listener, session.client,
                session.clientIdentity ?? "-", session.endpoint ?? "-", session.phase,
                HumanText.span(session.ageNanoseconds), HumanText.span(session.idleNanoseconds),
                HumanText.bytes(session.bytesUp), HumanText.bytes(session.bytesDown),
            ])
        }
        let rest =
            sessions.count < limit ? "" : "the \(limit) oldest; there may be more (--limit N)\n"
        return table.text + rest
    }

    var json: String {
        var object = JSONObject(bytesExpected: 64 + 400 * sessions.count)
        object.add("limit", number: limit)
        object.add("sessions", list: sessions.map(Self.json))
        return object.closed
    }

    private static func json(_ session: SessionStatus) -> String {
        var object = JSONObject(bytesExpected: 512)
        object.add("session", number: session.session)
        object.add("worker", number: session.worker)
        object.add("generation", number: session.generation)
        object.add("listener", session.listener)
        object.add("client", session.client)
        object.add("client_identity", session.clientIdentity)
        object.add("upstream", session.upstream)
        object.add("endpoint", session.endpoint)
        object.add("phase", session.phase)
        object.add("age_seconds", seconds: session.ageNanoseconds)
        object.add("idle_seconds", seconds: session.idleNanoseconds)
        object.add("bytes_up", number: session.bytesUp)
        object.add("bytes_down", number: session.bytesDown)
        return object.closed
    }
}
