// SPDX-License-Identifier: Apache-2.0
// The operator's socket of a process that serves: where it is asked for, or in the usual place.

import AttacheAdmin
import AttacheCore

enum OperatorSocket {
    /// nil: there is none, and `warn` has been told why. Only a place that was asked for and cannot
    /// be had is a reason not to start; one that another instance has is none.
    static func open(
        asked: String?, operations: any Operations, warn: (String) -> Void
    ) throws(StartFailure) -> AdminServer? {
        guard let path = asked ?? AdminSocket.defaultPath() else {
            warn(
                "no socket for attache status: neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is "
                    + "set; --admin PATH names a place for it")
            return nil
        }
        do throws(AdminFailure) {
            return try AdminServer(
                path: path, makesFolder: asked == nil, version: Version.number,
                operations: operations)
        } catch {
            if asked != nil && !error.isTaken {
                throw StartFailure(message: error.message, exitCode: error.exitCode)
            }
            warn("no socket for attache status: \(error.message)")
            return nil
        }
    }
}
