// SPDX-License-Identifier: Apache-2.0
// The YAML library names itself.

import AttacheConfiguration
import Testing

@Test func theYAMLLibraryNamesItsVersion() {
    #expect(YAMLLibrary.version.hasPrefix("libyaml 0."))
}
