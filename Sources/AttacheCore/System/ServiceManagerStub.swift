// SPDX-License-Identifier: Apache-2.0
// Stub.

struct ServiceManager {
    static func fromEnvironment() -> ServiceManager { ServiceManager() }
    func ready(status: String) {}
    func reloading() {}
    func stopping() {}
    func watchdog() {}
    var watchdogInterval: Duration? { nil }
}
extension Log {
    func reopen() {}
    func prepare(_ settings: LogSettings) throws(StartFailure) -> Int { 0 }
    func apply(_ prepared: Int) {}
}
extension ListeningSocket {
    var isInherited: Bool { false }
}
