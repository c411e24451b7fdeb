// SPDX-License-Identifier: Apache-2.0
// attache, and what its commands have in common.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attache",
        abstract: "An ambassador for programs that speak no TLS.",
        discussion: """
            A plaintext program reaches a mutual-TLS service by a port of its own machine:

              attache connect --listen 127.0.0.1:6379 --to redis.internal:6380 \\
                --ca ca.pem --cert app.pem --key app.key

            At the service's end, for a server that speaks no TLS either:

              attache terminate --listen 0.0.0.0:6380 --to 127.0.0.1:6379 \\
                --cert server.pem --key server.key \\
                --client-ca ca.pem --allow dns:app.internal

            Each session ends as one line on stdout; everything else is said on stderr.
            SIGTERM or SIGINT: no new sessions, those that run may finish; once more: now.
            Exit codes: 0 done, 1 failed, 64 wrong use, 77 not permitted, 78 wrong file.
            """,
        version: "attache \(Version.number)",
        subcommands: [
            Connect.self, Terminate.self, Echo.self, Run.self, Check.self, Config.self,
            ShowStatus.self, ShowSessions.self, CloseSession.self, Reload.self, Drain.self,
            Bench.self,
        ])
}

/// A command that runs until a signal ends it.
protocol TunnelCommand: ParsableCommand {
    var operators: OperatorFlags { get }
    func plan() throws(Problem) -> Plan
}

extension TunnelCommand {
    func run() throws {
        let plan = try plan()
        for warning in plan.warnings { StandardError.say("warning: \(warning)") }
        let attache = try Attache(plan.settings)
        try OperatorSocket.serve(attache, at: .init(flag: operators.admin))
    }
}
