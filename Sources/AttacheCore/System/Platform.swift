// SPDX-License-Identifier: Apache-2.0
// What this process runs on, as it names itself.

import Glibc

public enum Platform {
    /// `glibc 2.36`
    public static var library: String {
        var text = [CChar](repeating: 0, count: 64)
        _ = confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
        return Self.text(text)
    }

    /// `Linux 6.1.0-28-amd64`
    public static var kernel: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "Linux" }
        return "Linux "
            + withUnsafeBytes(of: names.release) { Self.text($0.bindMemory(to: CChar.self)) }
    }

    package static var processID: Int32 { getpid() }

    private static func text(_ bytes: some Sequence<CChar>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
