// SPDX-License-Identifier: Apache-2.0
// Bounds of one HTTP/2 connection that carries sessions, as keys; both ends have them.

import AttacheCore

extension [Field<CarrierSettings>] {
    typealias CarrierKey = Field<CarrierSettings>

    static let carrier: [Field<CarrierSettings>] = [
        CarrierKey(
            "streams",
            .count(most: Tunnels.streamsMost, hint: "Write such as 256."), \.streams,
            "Streams of one carrier at once; the other end may ask for fewer."),
        CarrierKey(
            "stream-window", .size(Tunnels.streamWindow), \.streamWindow,
            "Bytes that the other end may send on one stream before they were handed on: what a "
                + "session that stalls holds at most."),
        CarrierKey(
            "connection-window", .size(Tunnels.connectionWindow), \.connectionWindow,
            "The same for all streams together; not less than stream-window."),
        CarrierKey(
            "memory", .size(Tunnels.memory), \.memory,
            "What all streams of one carrier may hold; streams times stream-window stays below "
                + "it, by fewer streams."),
        CarrierKey(
            "keepalive", .duration, \.keepalive,
            "Nothing came from the other end for so long: it is asked by PING."),
        CarrierKey(
            "keepalive-timeout", .duration, \.keepaliveTimeout,
            "And nothing came after that for so long: the carrier is lost, with its sessions."),
    ]
}

extension CarrierSettings {
    /// `node`: the block that they stand in.
    func check(_ node: Node, _ reading: inout Reading) {
        guard reading.knows("stream-window", in: node) else { return }
        let window = Sizes.short(streamWindow)
        for key in belowStreamWindow {
            // No default is smaller than the largest window.
            guard let bound = node[key], reading.isSound(bound) else { continue }
            reading.problem(
                bound, "is less than stream-window (\(window)), and one stream must fit",
                remedy: "Write at least \(window), or a smaller stream-window.")
        }
        if let said = node["streams"], reading.isSound(said), streams > streamsMax,
            reading.knows("memory", in: node), memory >= streamWindow
        {
            reading.warning(
                said,
                "memory (\(Sizes.short(memory))) holds \(streamsMax) streams of \(window) each, "
                    + "so that there will be no more",
                remedy: "Write more memory, a smaller stream-window, or fewer streams.")
        }
    }
}

extension Reading {
    /// Its value is known: it was read, or it is the default.
    fileprivate func knows(_ key: String, in node: Node) -> Bool {
        node[key].map(isSound) ?? true
    }
}
