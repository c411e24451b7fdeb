// SPDX-License-Identifier: Apache-2.0
// Which libevent is really loaded.

import CEvent

public enum EventLibrary {
    /// `libevent 2.1.12-stable`
    public static var version: String {
        "libevent " + String(cString: event_get_version())
    }
}
