// SPDX-License-Identifier: Apache-2.0
// An upstream that is our own listener: each session would open another, until nothing is left.

import AttacheConfiguration
import AttacheCore

/// With the flag that said it.
typealias SaidAddress = (address: Address, said: String)

enum OwnListener {
    static func refuse(
        _ listener: ListenerSettings, as endpoints: [SaidAddress]
    ) throws(Problem) {
        for endpoint in endpoints where Reach.reaches(endpoint.address, listener) {
            throw Problem(
                "\(endpoint.said) is this process's own listener (--listen \(listener.bind)): "
                    + "every session would open another; name the real service, "
                    + "or listen somewhere else")
        }
    }
}
