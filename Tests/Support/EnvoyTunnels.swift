// SPDX-License-Identifier: Apache-2.0
// Envoy at either end of an HTTP/2 tunnel over mutual TLS, by the names that SPIFFE gives.

import Foundation

extension Envoy {
    static let type = "type.googleapis.com/envoy.extensions"

    /// Its clients ask for CONNECT, whatever for, and are led to `target`. A drain takes a tenth of
    /// a second from the first GOAWAY to the last.
    public static func terminating<Answer>(
        at target: Endpoint, own: String = "gateway", expecting name: String = "workload",
        _ body: (Envoy) throws -> Answer
    ) throws -> Answer {
        let log = EnvoyLine.format([
            "code": "RESPONSE_CODE", "flags": "RESPONSE_FLAGS", "detail": "RESPONSE_CODE_DETAILS",
            "method": "REQ(:METHOD)", "path": "REQ(:PATH)", "authority": "REQ(:AUTHORITY)",
            "baggage": "REQ(BAGGAGE)", "peer": "DOWNSTREAM_PEER_URI_SAN",
            "tls": "DOWNSTREAM_TLS_VERSION", "sni": "REQUESTED_SERVER_NAME",
            "connection": "CONNECTION_ID",
        ])
        let http = "\(type).filters.network.http_connection_manager.v3.HttpConnectionManager"
        let resources = """
            listeners:
            - name: tunnels
              address: \(address(.anyPort))
              filter_chains:
              - transport_socket:
                  name: tls
                  typed_config:
                    "@type": \(type).transport_sockets.tls.v3.DownstreamTlsContext
                    require_client_certificate: true
                    common_tls_context: \(try tls(own: own, expecting: name))
                filters:
                - name: envoy.filters.network.http_connection_manager
                  typed_config:
                    "@type": \(http)
                    stat_prefix: tunnels
                    codec_type: HTTP2
                    stream_idle_timeout: 0s
                    drain_timeout: 0.1s
                    http2_protocol_options: {allow_connect: true, max_concurrent_streams: 100}
                    proxy_status_config: {}
            \(indented(log, by: 8))
                    route_config:
                      virtual_hosts:
                      - name: all
                        domains: ["*"]
                        routes:
                        - match: {connect_matcher: {}}
                          route:
                            cluster: target
                            timeout: 0s
                            upgrade_configs: [{upgrade_type: CONNECT, connect_config: {}}]
                    http_filters:
                    - name: envoy.filters.http.router
                      typed_config: {"@type": \(type).filters.http.router.v3.Router}
            clusters:
            - name: target
              connect_timeout: 2s
              load_assignment: \(endpoints("target", [target]))
            """
        return try Envoy.with(resources, body)
    }

    /// Its clients are plain; each becomes a CONNECT for `authority` at one of the ends. It answers
    /// a failure with another attempt, up to so many.
    public static func originating<Answer>(
        to ends: [Endpoint], authority: String, own: String? = "workload",
        expecting name: String = "gateway", attempts: Int = 1, _ body: (Envoy) throws -> Answer
    ) throws -> Answer {
        let answer = "envoy.tcp_proxy.propagate_response_headers:TYPED"
        let log = EnvoyLine.format([
            "flags": "RESPONSE_FLAGS", "failure": "UPSTREAM_TRANSPORT_FAILURE_REASON",
            "endpoint": "UPSTREAM_HOST", "answer": "FILTER_STATE(\(answer))",
        ])
        let resources = """
            listeners:
            - name: plain
              address: \(address(.anyPort))
              filter_chains:
              - filters:
                - name: envoy.filters.network.tcp_proxy
                  typed_config:
                    "@type": \(type).filters.network.tcp_proxy.v3.TcpProxy
                    stat_prefix: plain
                    cluster: tunnel
                    max_connect_attempts: \(attempts)
                    tunneling_config:
                      hostname: "\(authority)"
                      propagate_response_headers: true
                      headers_to_add: [{header: {key: baggage, value: "service.name=legacy"}}]
            \(indented(log, by: 8))
            clusters:
            - name: tunnel
              connect_timeout: 2s
              typed_extension_protocol_options:
                envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                  "@type": \(type).upstreams.http.v3.HttpProtocolOptions
                  explicit_http_config: {http2_protocol_options: {allow_connect: true}}
              transport_socket:
                name: tls
                typed_config:
                  "@type": \(type).transport_sockets.tls.v3.UpstreamTlsContext
                  common_tls_context: \(try tls(own: own, expecting: name))
              load_assignment: \(endpoints("tunnel", ends))
            """
        return try Envoy.with(resources, body)
    }

    private static func tls(own: String?, expecting name: String) throws -> String {
        let identity = try own.map { own in
            let chain = "certificate_chain: {filename: \(try PKI.certificate(own))}"
            let key = "private_key: {filename: \(try PKI.key(own))}"
            return "tls_certificates: [{\(chain), \(key)}], "
        }
        let matcher = "{san_type: URI, matcher: {exact: \"spiffe://test/\(name)\"}}"
        return try "{alpn_protocols: [h2], tls_params: {tls_maximum_protocol_version: TLSv1_3}, "
            + (identity ?? "")
            + "validation_context: {trusted_ca: {filename: \(PKI.certificate("ca"))}, "
            + "match_typed_subject_alt_names: [\(matcher)]}}"
    }

    private static func address(_ endpoint: Endpoint) -> String {
        guard case .tcp(let host, let port) = endpoint else { return "{pipe: {path: none}}" }
        return "{socket_address: {address: \"\(host)\", port_value: \(port)}}"
    }

    private static func endpoints(_ cluster: String, _ all: [Endpoint]) -> String {
        let list = all.map { "{endpoint: {address: \(address($0))}}" }.joined(separator: ", ")
        return "{cluster_name: \(cluster), endpoints: [{lb_endpoints: [\(list)]}]}"
    }

    private static func indented(_ text: String, by count: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }
            .joined(separator: "\n")
    }
}
