// SPDX-License-Identifier: Apache-2.0
// Where the knee of a service is: rates are tried until the highest good one is known.

import AttacheCore

extension Measurement {
    /// The first trial is at half of what the service does when it is asked as fast as it answers.
    func search(trial: Duration, from: Double?, upTo: Double?) {
        let closed = from ?? run.work(target: 0, pace: .closed, limit: .time(trial)).rate / 2
        var bisection = Bisection(first: closed, ceiling: upTo)
        // In full: the best rate, not the sum of all that was tried.
        var told = LoadSample()
        while let rate = bisection.next, !run.isInterrupted {
            let pace = LoadPace.open([.init(rate: rate, lasts: trial)])
            let sample = run.work(target: 0, pace: pace, limit: .time(trial))
            if run.isInterrupted { break }
            let isGood = sample.keptUp(on: job.plan.connections) && job.isGood(sample)
            bisection.tried(rate, isGood: isGood)
            trials.append(
                Trial(
                    rate: rate, achieved: sample.rate, p50: sample.latency.value(at: 50),
                    p99: sample.latency.value(at: 99), failed: sample.failed, isGood: isGood))
            note(sample, target: 0, round: trials.count - 1, cpu: nil)
            if isGood || bisection.good == 0 { told = sample }
        }
        reports[0].total = told
    }
}

extension LoadSample {
    /// Nothing failed, and at the end no more waited than one round of the connections takes: the
    /// queue of a service that is too slow grows as long as the trial lasts.
    fileprivate func keptUp(on connections: Int) -> Bool {
        failed == 0 && done > 0 && unsent <= UInt64(connections)
    }
}
