// SPDX-License-Identifier: Apache-2.0
// Which upstreams lead back to themselves.

/// Which names lie on one circle: those that reach one another.
struct Circles {
    private var component: [String: Int] = [:]
    private let steps: [String: [String]]

    init(_ steps: [String: [String]]) {
        self.steps = steps
        // Kosaraju: in the order of leaving, then against the arrows. With a stack of its own: a
        // chain may be as long as the file.
        var order: [String] = []
        var seen: Set<String> = []
        for name in steps.keys.sorted() where seen.insert(name).inserted {
            var stack: [(String, Int)] = [(name, 0)]
            while let (here, next) = stack.last {
                let targets = steps[here] ?? []
                if next < targets.count {
                    stack[stack.count - 1].1 += 1
                    if seen.insert(targets[next]).inserted { stack.append((targets[next], 0)) }
                } else {
                    order.append(here)
                    stack.removeLast()
                }
            }
        }
        var back: [String: [String]] = [:]
        for (from, targets) in steps { for to in targets { back[to, default: []].append(from) } }
        for (number, name) in order.reversed().enumerated() where component[name] == nil {
            var stack = [name]
            while let here = stack.popLast() {
                if component[here] != nil { continue }
                component[here] = number
                stack += back[here] ?? []
            }
        }
    }

    /// For a step from `b` to `a`: whether it lies on a circle.
    func connects(_ a: String, _ b: String) -> Bool {
        component[a] != nil && component[a] == component[b]
    }
}
