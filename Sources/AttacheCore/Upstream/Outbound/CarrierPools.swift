// SPDX-License-Identifier: Apache-2.0
// All pools of one worker: upstreams that would open the same carriers share them.

/// What is told of carriers.
enum CarrierNews {
    case opened(Carrier, Upstream)
    /// nil: it ended as it should.
    case closed(Carrier, Upstream, SideFailure?, lost: Int)
}

final class CarrierPools {
    /// A carrier of the one serves the other: the same endpoint, identity, expectations and bounds.
    private struct Key: Hashable {
        let endpoint: Address
        let tls: ClientTLSSettings
        /// Of the contents of all files.
        let fingerprint: [UInt8]
        let `protocol`: TunnelProtocol
        let carrier: CarrierSettings
        let carriers: Int
        let idle: Duration?
    }
    private var shared: [Key: CarrierPool] = [:]
    /// The upstream is held, so that no other can get its identity, and its carriers with it.
    private var byUpstream: [ObjectIdentifier: (Upstream, [Address: CarrierPool])] = [:]
    /// nil: all, there was no reload yet.
    private var served: Set<ObjectIdentifier>?

    func pool(_ endpoint: Address, of upstream: Upstream, _ outbound: Outbound) -> CarrierPool {
        let id = ObjectIdentifier(upstream)
        if let pool = byUpstream[id]?.1[endpoint] { return pool }
        guard let key = Self.key(endpoint, upstream), let tunnel = upstream.settings.tunnel else {
            preconditionFailure("only upstreams with a tunnel, and so with TLS, have pools")
        }
        if let served, !served.contains(id) {
            // A reload has replaced it, and this session began before: what it opens serves no
            // one else, and goes with it.
            let pool = CarrierPool(endpoint, upstream, tunnel, outbound)
            pool.retire()
            return pool
        }
        let pool = shared[key] ?? CarrierPool(endpoint, upstream, tunnel, outbound)
        shared[key] = pool
        byUpstream[id, default: (upstream, [:])].1[endpoint] = pool
        return pool
    }

    private static func key(_ endpoint: Address, _ upstream: Upstream) -> Key? {
        guard let tls = upstream.settings.tls, let tunnel = upstream.settings.tunnel else {
            return nil
        }
        return Key(
            endpoint: endpoint, tls: tls, fingerprint: upstream.tls?.fingerprint ?? [],
            protocol: tunnel.protocol, carrier: tunnel.carrier, carriers: tunnel.carriers,
            idle: tunnel.idle)
    }

    /// How many are open for each upstream; a shared one counts for all of them.
    var open: [(Upstream, Int)] {
        byUpstream.values.map { upstream, pools in
            (upstream, pools.values.reduce(0) { $0 + $1.count })
        }
    }

    /// Those that no upstream of the new generation would use. Looked at by what they are for, so
    /// that an upstream whose time limits changed keeps its carriers.
    func retire(but upstreams: [Upstream], _ outbound: Outbound) {
        let kept = Set(upstreams.map(ObjectIdentifier.init))
        served = kept
        byUpstream = byUpstream.filter { kept.contains($0.key) }
        var wanted: Set<Key> = []
        for upstream in upstreams {
            guard case .endpoints(let all) = upstream.settings.destination else { continue }
            for key in all.compactMap({ Self.key($0, upstream) }) where wanted.insert(key).inserted
            {
                shared[key]?.serve(upstream)
            }
        }
        for (key, pool) in shared where !wanted.contains(key) { pool.retire() }
        shared = shared.filter { wanted.contains($0.key) }
    }
}
