// SPDX-License-Identifier: Apache-2.0
// TLS towards clients, from flags to settings; what would be quietly weaker than it looks is
// refused.

import AttacheConfiguration
import AttacheCore

/// The flags of a listener's TLS.
struct ClientTLS {
    let admission: AdmissionFlags
    let identity: IdentityFlags<Clients>
    let spoken: SpokenTLSFlags<Clients>

    /// What was said, as it was said: without a certificate all of it is a mistake.
    var given: [String] { admission.given + identity.given + spoken.given }

    /// nil: nothing was said of TLS.
    func settings() throws(Problem) -> ServerTLSSettings? {
        let identities = try identity.settings()
        guard !identities.isEmpty else {
            guard given.isEmpty else {
                throw Problem(
                    "\(given.listed) \(given.count == 1 ? "is" : "are") about TLS with clients, "
                        + "but there is no certificate to show; add --certificate FILE --key FILE")
            }
            return nil
        }
        var tls = ServerTLSSettings(
            identities: identities, clientCertificate: try whoMayComeIn())
        tls.shared = try spoken.settings()
        return tls
    }

    private func whoMayComeIn() throws(Problem) -> ServerTLSSettings.ClientCertificate {
        let (clientCertificate, allow) = (admission.clientCertificate, admission.allow)
        guard let clientCA = admission.clientCA else {
            if let clientCertificate, clientCertificate != .off {
                throw Problem(
                    "--client-certificate \(clientCertificate.rawValue) needs to know who issues "
                        + "them; add --client-ca FILE --allow KIND:PATTERN")
            }
            guard allow.isEmpty else {
                throw Problem(
                    "--allow needs certificates to look at; add --client-ca FILE")
            }
            guard spoken.crl == nil else {
                throw Problem("--crl revokes client certificates; add --client-ca FILE")
            }
            return .off
        }
        if clientCertificate == .off {
            throw Problem(
                "--client-certificate off asks no client for a certificate and --client-ca "
                    + "says who issues them; leave out one of them")
        }
        guard !allow.isEmpty else {
            throw Problem(
                "--client-ca says who issues client certificates, not who may come in; "
                    + "say who may come in: --allow dns:app.internal, or --allow any-verified")
        }
        let policy = try allow.policy(of: "--allow")
        return clientCertificate == .optional
            ? .optional(clientCA: clientCA, policy) : .required(clientCA: clientCA, policy)
    }
}
