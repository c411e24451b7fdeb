// SPDX-License-Identifier: Apache-2.0
// Stub.

extension Log {
    func reopen() {}
    func prepare(_ settings: LogSettings) throws(StartFailure) -> Int { 0 }
    func apply(_ prepared: Int) {}
}
