// SPDX-License-Identifier: Apache-2.0
// The HTTP library names itself.

import AttacheAdmin
import Testing

@Test func theHTTPLibraryNamesItsVersion() {
    #expect(EventLibrary.version.hasPrefix("libevent 2."))
}
