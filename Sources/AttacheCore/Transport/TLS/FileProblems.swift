// SPDX-License-Identifier: Apache-2.0
// Why a file with certificates or keys cannot be read, in words for the operator.

import CLinux
import Glibc

extension ConfigurationProblem {
    init(cannotRead path: String, as purpose: String, _ problem: SmallFile.Problem) {
        let what = "cannot read the \(purpose) \"\(path)\": "
        switch problem {
        case .directory:
            self.init(what + "it is a directory", remedy: "Name the file in it that is meant.")
        case .unfinished(let patience):
            self.init(
                what + "it is a pipe or a device, and had not ended within \(patience.text)",
                remedy: "Start its writer first, which closes it at the end; or name a file.")
        case .larger(let bytes):
            self.init(
                what + "it is larger than \(bytes >> 20) MiB",
                remedy: "That is no \(purpose); name another file.")
        case .refused(let error, let facts):
            self.init(
                what + Self.text(error), remedy: Self.remedy(path, error, facts))
        }
    }

    /// `permission denied (EACCES)`
    private static func text(_ error: Int32) -> String {
        var room = [CChar](repeating: 0, count: 128)
        // The POSIX form: fills `room`; an unknown number is written there as such.
        _ = strerror_r(error, &room, room.count)
        let text = String(
            decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.prefix(1).lowercased() + text.dropFirst()
            + " (\(String(cString: clinux_errno_name(error))))"
    }

    private static func remedy(
        _ path: String, _ error: Int32, _ facts: SmallFile.Facts?
    ) -> String {
        let us = geteuid()
        switch (error, facts) {
        case (EACCES, let facts?):
            return "The file is \(facts) and attache runs as uid \(us). "
                + "Grant uid \(us) read access, or name another file."
        case (EACCES, nil):
            return "Attache runs as uid \(us), which may not search a directory on the way to it. "
                + "Grant uid \(us) access to that directory, or name another file."
        case (ENOENT, _):
            return path.hasPrefix("/")
                ? "Nothing of that name is there; name the file that exists."
                : "The name is relative to where attache was started; name the file that exists."
        default:
            return "Name another file, or repair this one."
        }
    }
}
