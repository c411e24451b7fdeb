// SPDX-License-Identifier: Apache-2.0
// The operator's socket of a process that serves: where it is asked for, or in the usual place.

import ArgumentParser
import AttacheAdmin
import AttacheCore

enum OperatorSocket {
    /// Where it goes, as far as somebody said so.
    enum Place {
        case nowhere, usual
        case path(String)

        /// Of the commands that make one tunnel: there may be many of them on a machine, and
        /// nobody has been told of this one's socket unless it was asked for.
        init(flag: String?) {
            self = flag.map(Place.path) ?? .nowhere
        }
    }

    /// Serves until a signal ends it; throws the exit code.
    static func serve(_ attache: Attache, at place: Place) throws -> Never {
        let warn: (String) -> Void = { StandardError.say("warning: \($0)") }
        let server: AdminServer? =
            switch place {
            case .nowhere: nil
            case .usual: try open(asked: nil, operations: attache.operations, warn: warn)
            case .path(let path):
                try open(asked: path, operations: attache.operations, warn: warn)
            }
        let code = attache.run()
        server?.stop()
        throw ArgumentParser.ExitCode(code)
    }

    /// With the socket's place as it comes out in the end, so that a reload sees whether a restart
    /// would move it: the flag goes before the file, and the usual place may be written down too.
    static func settle(_ settings: Settings, flag: String?) -> Settings {
        var settings = settings
        if let flag {
            settings.admin = .path(flag)
        } else if settings.admin == .byDefault {
            settings.admin = AdminSocket.defaultPath().map(Settings.Admin.path) ?? .off
        }
        return settings
    }

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
