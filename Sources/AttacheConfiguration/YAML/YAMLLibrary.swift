// SPDX-License-Identifier: Apache-2.0
// Which libyaml is really loaded.

import CYAML

public enum YAMLLibrary {
    /// `libyaml 0.2.5`
    public static var version: String {
        "libyaml " + String(cString: yaml_get_version_string())
    }
}
