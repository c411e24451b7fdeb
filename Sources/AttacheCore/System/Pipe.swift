// SPDX-License-Identifier: Apache-2.0
// Kernel pipes for splice(2): grown for bulk, lent while bytes are in them, counted.

import CLinux
import Glibc

/// A pipe and how many bytes are in it. One with bytes in it is never lent again.
final class Pipe {
    let readEnd: Descriptor
    let writeEnd: Descriptor
    /// Bytes it takes at most.
    let capacity: Int
    var count = 0

    /// nil: no descriptors left.
    init?() {
        var ends: (Int32, Int32) = (-1, -1)
        let made = withUnsafeMutableBytes(of: &ends) { bytes in
            bytes.bindMemory(to: Int32.self).baseAddress.map { clinux_pipe($0) } ?? -1
        }
        if made != 0 { return nil }
        readEnd = Descriptor(adopting: ends.0)
        writeEnd = Descriptor(adopting: ends.1)
        // Refused above the user's fs.pipe-user-pages-soft; the 64 KiB it has then serves as well.
        capacity = max(4096, Int(clinux_pipe_size(ends.1, Int32(Limits.pipeBytes))))
    }
}

/// The pipes of one worker.
final class PipePool {
    private var idle: [Pipe] = []
    private var lent = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// nil: none to be had now; the flow copies instead.
    func take() -> Pipe? {
        guard lent < limit, let pipe = idle.popLast() ?? Pipe() else { return nil }
        lent += 1
        return pipe
    }

    /// Takes a pipe back; one that still holds bytes of a stream that died is closed with them.
    func giveBack(_ pipe: Pipe) {
        lent -= 1
        if pipe.count == 0 && idle.count < Limits.idlePipesKept { idle.append(pipe) }
    }
}
