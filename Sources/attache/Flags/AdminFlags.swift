// SPDX-License-Identifier: Apache-2.0
// Which running attache an operator's command speaks to.

import ArgumentParser
import AttacheAdmin
import AttacheConfiguration
import AttacheCore

struct AdminFlags: ParsableArguments {
    @Option(
        help: .init(
            "The socket of the attache to ask. (default: see above)", valueName: "path"),
        transform: Self.path)
    var admin: String?

    var client: AdminClient { AdminClient(path: admin) }

    static func path(_ text: String) throws(Problem) -> String {
        try Texts.read(text, AdminSocket.path(parsing:))
    }

    /// For the help of each command that has them.
    static let place = """
        The socket is $RUNTIME_DIRECTORY/admin.sock, else /run/attache/admin.sock
        for root, else $XDG_RUNTIME_DIR/attache/admin.sock; --admin names another.
        """
}

/// Of the commands that serve.
struct OperatorFlags: ParsableArguments {
    @Option(
        help: .init("Serve attache status and its like there.", valueName: "path"),
        transform: AdminFlags.path)
    var admin: String?
}

extension AdminClient.Answer {
    /// What was answered ends the command: on stdout, or as a complaint with this exit code.
    func conclude(refused code: Int32 = AttacheCore.ExitCode.failure) throws -> Never {
        var text = body
        while text.last == "\n" { text.removeLast() }
        if isGood { throw CleanExit.message(text) }
        throw StartFailure(message: text, exitCode: code)
    }
}
