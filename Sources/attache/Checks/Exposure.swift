// SPDX-License-Identifier: Apache-2.0
// Plaintext that leaves this machine, or comes from beyond it: said or refused, never unseen.

import AttacheConfiguration
import AttacheCore

enum Exposure {
    static func refusePlaintext(_ listener: ListenerSettings) throws(Problem) {
        if listener.insecurePlaintext || listener.tls != nil
            || listener.bind.address?.isLocal != false
        {
            return
        }
        throw Problem(
            "--listen \(listener.bind) is plaintext and open beyond this machine: whoever reaches "
                + "it is served as if it were your program, and anybody on the way can read along; "
                + "listen on 127.0.0.1 or a Unix socket, or say --insecure-plaintext-listener")
    }

    static func unencrypted(_ endpoints: [Address]) -> [String] {
        let far = endpoints.filter { !$0.isLocal }
        if far.isEmpty { return [] }
        return [
            "what clients send encrypted leaves this machine unencrypted, towards "
                + "\(far.map(\.description).listed); --to-tls encrypts it"
        ]
    }
}
