// SPDX-License-Identifier: Apache-2.0
// Promises of PeerLiveness: a table of what the kernel said at which second, and the verdict at the
// end.

import Testing

@testable import AttacheCore

struct PeerLivenessTests {
    private static let limit = 30
    private static let hour = 3600

    /// What the kernel says at a second of the story.
    struct Look: Sendable {
        let second: Int
        let sample: PeerLiveness.Sample

        static func at(
            _ second: Int, unacknowledged: UInt32 = 0, unsent: UInt32 = 0, window: UInt32 = 65_536,
            lastAck: Int, probes: UInt32 = 0
        ) -> Look {
            Look(
                second: second,
                sample: PeerLiveness.Sample(
                    unacknowledgedSegments: unacknowledged, unsentBytes: unsent, window: window,
                    sinceLastAck: .seconds(lastAck), unansweredProbes: probes))
        }
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let looks: [Look]
        let verdict: PeerLiveness.Verdict
        var testDescription: String { name }
    }

    private static let quiet: [Story] = [
        Story(name: "nothing was ever sent", looks: [.at(0, lastAck: 0)], verdict: .settled),
        Story(
            name: "everything was acknowledged an hour ago", looks: [.at(hour, lastAck: hour)],
            verdict: .settled),
        Story(
            name: "an idle hour, then the first segment",
            looks: [.at(0, lastAck: 0), .at(hour, unacknowledged: 1, lastAck: hour)],
            verdict: .pending),
        Story(
            name: "an idle hour, then a segment that waits less than the limit",
            looks: [
                .at(hour, unacknowledged: 1, lastAck: hour),
                .at(hour + limit - 1, unacknowledged: 1, lastAck: hour + limit - 1),
            ], verdict: .pending),
        Story(
            name: "bytes that wait to be sent are pending",
            looks: [.at(0, unsent: 1, lastAck: 0)], verdict: .pending),
    ]

    private static let silent: [Story] = [
        Story(
            name: "an idle hour, then a segment that waits the limit",
            looks: [
                .at(hour, unacknowledged: 1, lastAck: hour),
                .at(hour + limit, unacknowledged: 1, lastAck: hour + limit),
            ], verdict: .dead),
        Story(
            name: "output waits, and the last acknowledgement is younger than the limit",
            looks: [
                .at(0, unacknowledged: 5, lastAck: 0),
                .at(100, unacknowledged: 5, lastAck: limit - 1),
            ], verdict: .pending),
        Story(
            name: "output waits, and the last acknowledgement is as old as the limit",
            looks: [
                .at(0, unacknowledged: 5, lastAck: 0), .at(100, unacknowledged: 5, lastAck: limit),
            ], verdict: .dead),
        Story(
            name: "settled in between: the wait begins anew",
            looks: [
                .at(0, unacknowledged: 1, lastAck: 0), .at(20, lastAck: 0),
                .at(40, unacknowledged: 1, lastAck: 40),
                .at(40 + limit - 1, unacknowledged: 1, lastAck: 40 + limit - 1),
            ], verdict: .pending),
        Story(
            name: "unsent bytes alone prove nothing: nobody was asked yet",
            looks: [.at(0, unsent: 9, lastAck: 0), .at(hour, unsent: 9, lastAck: hour)],
            verdict: .pending),
    ]

    private static let shut: [Story] = [
        Story(
            name: "a window shut for an hour, every probe answered",
            looks: (0...60).map { .at($0 * 60, unsent: 9, window: 0, lastAck: 1) },
            verdict: .pending),
        Story(
            name: "a window shut for an hour, two probes unanswered, minutes apart",
            looks: [
                .at(0, unsent: 9, window: 0, lastAck: 0),
                .at(hour, unsent: 9, window: 0, lastAck: 400, probes: 2),
            ], verdict: .pending),
        Story(
            name: "a shut window and three unanswered probes",
            looks: [.at(0, unsent: 9, window: 0, lastAck: 1, probes: 3)], verdict: .dead),
        Story(
            name: "a shut window with segments on their way is judged by probes too",
            looks: [
                .at(0, unacknowledged: 2, window: 0, lastAck: 0),
                .at(hour, unacknowledged: 2, window: 0, lastAck: hour),
            ], verdict: .pending),
        Story(
            name: "the window opens after an hour: its acknowledgement is young",
            looks: [
                .at(0, unsent: 9, window: 0, lastAck: 0),
                .at(hour, unacknowledged: 4, lastAck: 0),
            ], verdict: .pending),
        Story(
            name: "three probes were unanswered, and everything is acknowledged now",
            looks: [.at(0, lastAck: 0, probes: 3)], verdict: .settled),
    ]

    @Test(arguments: quiet + silent + shut)
    func theVerdictFollowsFromWhatTheKernelSays(story: Story) throws {
        var liveness = PeerLiveness()
        // A machine that has been up for a while.
        let boot: UInt64 = 1_000_000_000_000
        var verdicts: [PeerLiveness.Verdict] = []
        for look in story.looks {
            let now = boot + UInt64(look.second) * 1_000_000_000
            verdicts.append(
                liveness.verdict(on: look.sample, now: now, limit: .seconds(Self.limit)))
        }
        #expect(verdicts.last == story.verdict)
        #expect(!verdicts.dropLast().contains(.dead))
    }
}
