// SPDX-License-Identifier: Apache-2.0
// attache bench: services under load, and what they make of it.

import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a service under load: TCP, TLS or a Unix socket.",
        discussion: """
            A service to try it with, and how long users wait at 2,000 requests a second:

              attache bench serve --listen 127.0.0.1:7000
              attache bench rate tcp://127.0.0.1:7000 --rate 2000 -c 20

            The same for a real service, by its own words:

              printf 'PING\\r\\n' > ping.txt
              attache bench rate tcp://127.0.0.1:6379 --rate 2000 -c 20 \\
                --payload ping.txt --expect-line

            Exit codes: 0 measured, 1 nothing was, 99 --fail-if holds, 130 Ctrl-C.
            """,
        subcommands: [
            BenchRR.self, BenchRate.self, BenchConnect.self, BenchStream.self, BenchIdle.self,
            BenchSearch.self, BenchCompare.self, BenchServe.self,
        ])
}
