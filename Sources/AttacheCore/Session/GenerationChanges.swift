// SPDX-License-Identifier: Apache-2.0
// What a reload changed, in words for the log.

extension Generation {
    /// `listeners: added a, removed b; upstreams: changed c` · `nothing changed`
    func changes(since old: Generation) -> String {
        let listeners = Self.differences(
            old.entrances.map { ($0.settings.name, $0) }, entrances.map { ($0.settings.name, $0) }
        ) { $0.settings == $1.settings && $0.tls === $1.tls }
        let upstreams = Self.differences(
            old.upstreams.map { ($0.name, $0) }, upstreams.map { ($0.name, $0) }
        ) { $0 === $1 }
        var parts: [String] = []
        if !listeners.isEmpty { parts.append("listeners: " + listeners) }
        if !upstreams.isEmpty { parts.append("upstreams: " + upstreams) }
        if old.settings.drain != settings.drain { parts.append("drain: \(settings.drain.text)") }
        if old.settings.log != settings.log { parts.append("log") }
        return parts.isEmpty ? "nothing changed" : parts.joined(separator: "; ")
    }

    private static func differences<Part>(
        _ old: [(String, Part)], _ new: [(String, Part)], isSame: (Part, Part) -> Bool
    ) -> String {
        let before = Dictionary(old) { first, _ in first }
        let after = Dictionary(new) { first, _ in first }
        let added = new.map(\.0).filter { before[$0] == nil }
        let removed = old.map(\.0).filter { after[$0] == nil }
        let changed = new.compactMap { name, part in
            before[name].flatMap { isSame($0, part) ? nil : name }
        }
        let groups = [("added", added), ("removed", removed), ("changed", changed)]
        return groups.filter { !$0.1.isEmpty }
            .map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: ", ")
    }

    /// What stays as it was until the process starts anew.
    ///
    /// - Parameter started: the settings that the process began with.
    func needsRestart(since started: Settings) -> [String] {
        var kept: [String] = []
        if settings.workers != started.workers { kept.append("workers (\(started.workers) run)") }
        if settings.admin != started.admin { kept.append("admin") }
        return kept
    }
}
