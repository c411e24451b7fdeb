// SPDX-License-Identifier: Apache-2.0
// Which upstreams are the process's own listener.

import AttacheConfiguration
import AttacheCore
import Testing

@testable import attache

struct OwnListenerTests {
    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80"),
        ("unix:/run/a", "unix:/run/a"), ("unix:/run/a", "unix:/run//./a"),
        ("0.0.0.0:80", "127.0.0.1:80"), ("0.0.0.0:80", "127.1.2.3:80"),
        ("0.0.0.0:80", "0.0.0.0:80"), ("127.0.0.1:80", "0.0.0.0:80"),
        ("0.0.0.0:80", "localhost:80"), ("127.0.0.1:80", "localhost:80"),
        ("[::]:80", "[::1]:80"), ("[::]:80", "localhost:80"), ("[::1]:80", "[::]:80"),
        ("localhost:80", "127.0.0.1:80"), ("box:80", "box:80"),
        ("127.0.0.1:80", "[::ffff:127.0.0.1]:80"),
    ])
    func thatWouldCallItself(listen: String, to: String) throws {
        #expect(try reaches(to, listen))
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1:81"), ("127.0.0.1:80", "127.0.0.2:80"),
        ("127.0.0.1:80", "[::1]:80"), ("[::1]:80", "127.0.0.1:80"), ("[::]:80", "127.0.0.1:80"),
        ("0.0.0.0:80", "[::1]:80"), ("0.0.0.0:80", "10.0.0.1:80"), ("127.0.0.2:80", "localhost:80"),
        ("127.0.0.1:80", "db:80"), ("127.0.0.1:0", "127.0.0.1:80"), ("unix:/run/a", "unix:/run/b"),
        ("unix:/run/a", "unix:run/a"),
    ])
    func thatOnlyLooksAlike(listen: String, to: String) throws {
        #expect(try !reaches(to, listen))
    }

    @Test func dualStackServesLoopbackOfBothFamilies() throws {
        #expect(try reaches("127.0.0.1:80", "[::]:80", dualStack: true))
        #expect(try !reaches("10.0.0.1:80", "[::]:80", dualStack: true))
    }

    @Test(arguments: [
        "connect --plain --listen 127.0.0.1:80 --to db:80 --to localhost:80",
        "terminate --listen 0.0.0.0:80 --to localhost:80 --certificate c --key k",
    ])
    func everyCommandLooksAtEveryEndpoint(line: String) {
        let said = complaint(line)
        #expect(said.contains("--to localhost:80 is this process's own listener"))
    }

    private func reaches(_ to: String, _ listen: String, dualStack: Bool = false) throws -> Bool {
        var listener = ListenerSettings(
            name: "", bind: .address(try Address(parsing: listen)),
            upstream: "")
        listener.dualStack = dualStack
        return Reach.reaches(try Address(parsing: to), listener)
    }
}
