// SPDX-License-Identifier: Apache-2.0
// Bytes that say nothing, for those who only count them.

import Glibc

extension OutputRawSpan {
    /// As many as a lent room has free, at most.
    mutating func append(zeros count: Int) {
        precondition(count <= freeCapacity, "more zeros than there is room")
        withUnsafeMutableBytes { buffer, used in
            // `count` is at most the free part of `buffer`, which begins at `used`.
            if let base = buffer.baseAddress {
                memset(base + used, 0, count)
                used += count
            }
        }
    }
}
