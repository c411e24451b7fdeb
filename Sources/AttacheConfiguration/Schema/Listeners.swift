// SPDX-License-Identifier: Apache-2.0
// What can be said of a listener: a key, its kind, the property it sets, a sentence.

import AttacheCore

extension ListenerSettings {
    /// Before anything is said of it.
    static func unset(_ name: String) -> ListenerSettings {
        ListenerSettings(name: name, bind: .address(.unix("")), upstream: "")
    }

    static let fields: [Field<ListenerSettings>] = [
        Field(
            "bind", .bind, \.bind, required: true, example: "127.0.0.1:5432",
            "Where clients come in: host:port, [v6]:port, unix:/path, or systemd:name for a "
                + "socket of systemd's. Port 0 takes a free one."),
        Field(
            "upstream", .name, \.upstream, required: true, unless: "accept", example: "orders-db",
            "The name of the upstream that clients are connected to."),
        Field(
            optional: "accept", .accept, \.accept,
            "In place of upstream: clients speak HTTP/2 over TLS and ask for what they want by "
                + "CONNECT; each of their streams is a session. Needs tls, whose alpn is [h2] then."
        ),
        Field("mode", .mode, \.mode, "Permissions of a Unix socket, octal."),
        Field(
            "dual-stack", .flag, \.dualStack,
            "A listener on [::] serves IPv4 too; otherwise IPv6 alone."),
        Field(
            "insecure-plaintext-listener", .flag, \.insecurePlaintext,
            "Must be said for a listener without tls that is open beyond this machine."),
        Field("sources", sourceKeys, "Who may connect, by address."),
        Field(
            "limits",
            [
                Field(
                    optional: "sessions",
                    .count(most: Sessions.most, hint: "Leave it out: descriptors then decide."),
                    \.sessions, example: "500",
                    "Sessions at once; above it clients wait in the kernel's backlog. Without it "
                        + "as many as there are descriptors for.")
            ], "Bounds."),
        Field(
            "timeouts",
            [
                Field(
                    "handshake", .duration, \.handshakeTimeout,
                    "Everything before the first byte of the stream; absolute, bytes that trickle "
                        + "do not renew it.")
            ], "Limits of time."),
        Field(
            optional: "tls", .serverTLS, \.tls, "TLS with clients. Without it they speak plaintext."
        ),
    ]

    private static let sourceKeys: [Field<ListenerSettings>] = [
        Field(
            "allow", .list(of: .cidr), \.sources.allow, example: "[10.0.0.0/8]",
            "Only these. Without it everybody who is not in deny."),
        Field(
            "deny", .list(of: .cidr), \.sources.deny, example: "[10.6.6.0/24]",
            "Not these, whatever allow says."),
    ]
}
