// SPDX-License-Identifier: Apache-2.0
// attache bench: services under load, and what they make of it.

import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a service under load, and serve it.",
        discussion: """
            Something to put under load, behind whatever is to be measured:

              attache bench serve --listen 127.0.0.1:7000
            """,
        subcommands: [
            BenchRR.self, BenchRate.self, BenchConnect.self, BenchStream.self, BenchIdle.self,
            BenchSearch.self, BenchCompare.self, BenchServe.self,
        ])
}
