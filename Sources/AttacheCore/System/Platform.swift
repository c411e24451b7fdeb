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

    /// `AMD EPYC 9B45`; "unknown processor" where the kernel does not say.
    package static var processor: String {
        let lines = Self.text(of: "/proc/cpuinfo").split(separator: "\n")
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return model.map { String($0.drop { $0 == " " }) } ?? "unknown processor"
    }

    /// How the clock of the first processor is governed; nil: this machine shows none.
    package static var governor: String? {
        let text = Self.text(of: "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        return text.split(separator: "\n").first.map(String.init)
    }

    /// Of a small file of the kernel's; empty where there is none.
    private static func text(of path: String) -> String {
        let file = try? SmallFile(reading: path, bytesMax: 4 << 20)
        return String(decoding: file?.bytes ?? [], as: UTF8.self)
    }

    package static var processID: Int32 { getpid() }

    private static func text(_ bytes: some Sequence<CChar>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
