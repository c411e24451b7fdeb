// SPDX-License-Identifier: Apache-2.0
// Which addresses may connect.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct SourceFlags: ParsableArguments {
    @Option(
        help: .init("Who may connect, such as 10.0.0.0/8. (default: all)", valueName: "cidr"),
        transform: Texts.cidr)
    var sourceAllow: [CIDR] = []

    @Option(
        help: .init("Who may not, whatever is allowed.", valueName: "cidr"),
        transform: Texts.cidr)
    var sourceDeny: [CIDR] = []

    func apply(to listener: inout ListenerSettings) throws(Problem) {
        listener.sources = SourcePolicy(allow: sourceAllow, deny: sourceDeny)
        guard !listener.sources.isOpen, case .address(.unix) = listener.bind else { return }
        throw Problem(
            "--source-allow and --source-deny are about addresses, and clients of a Unix socket "
                + "have none; leave them out, and say by --mode who may connect")
    }
}
