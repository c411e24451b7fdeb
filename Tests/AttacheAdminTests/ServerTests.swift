// SPDX-License-Identifier: Apache-2.0
// The operator's socket serves its owner, and only him, whatever others do.

import AttacheCore
import Foundation
import Testing

@testable import AttacheAdmin

@Suite(.serialized)
struct ServerTests {
    @Test func ourOwnClientGetsStatusAsTextAndAsJSON() throws {
        let bench = try Bench()
        let text = try bench.client.get("/status", json: false)
        #expect(text.isGood)
        #expect(text.body.hasPrefix("attache 0.1.0, pid "))
        let json = try bench.client.get("/status", json: true)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.body.utf8)) as? [String: Any])
        #expect(object["generation"] as? Int == 3)
        #expect((object["listeners"] as? [Any])?.count == 2)
    }

    private static let curled: [(String, String, String)] = [
        ("/status?format=json", "", "\"state\":\"serving\""),
        ("/sessions?limit=1", "", "the 1 oldest"),
        ("/sessions/2/close", "-X POST", "session 2 is closed"),
        ("/sessions/3/close", "-X POST", "no session has the number 3"),
        ("/sessions/x/close", "-X POST", "a session is named by its number"),
        ("/reload", "-X POST", "reloaded, generation 3: orders added"),
        ("/drain", "-d x", "draining: "),
        ("/drain", "", "this method does nothing"),
        ("/sessions?limit=0", "", "limit wants a number from 1 to 10000"),
        ("/status?format=xml", "", "write format=json or format=text"),
        ("/../etc/passwd", "--path-as-is", "nothing is at this path; there are:"),
        ("/status", "-I", "HTTP/1.1 200 OK"),
        ("/status", "-X DELETE -i", "Allow: GET, HEAD"),
    ]

    @Test(arguments: curled)
    func curlGetsAnAnswer(target: String, flags: String, part: String) throws {
        let bench = try Bench()
        let said = try curl(bench, target, flags)
        if target == "/drain" && flags.isEmpty {
            #expect(said.contains("GET does nothing on /drain; write POST"))
        } else {
            #expect(said.contains(part), "\(said)")
        }
    }

    @Test func headHasTheLengthAndNoBody() throws {
        let bench = try Bench()
        let client = try RawClient(bench.path)
        client.say("HEAD /status HTTP/1.1\r\nHost: a\r\n\r\n")
        let heard = try #require(client.hear())
        #expect(heard.hasSuffix("\r\n\r\n"))
        #expect(heard.contains("Content-Length: ") && !heard.contains("Content-Length: 0"))
    }

    @Test func aRefusedReloadIsNoSuccess() throws {
        let bench = try Bench(operations: FakeOperations(reloaded: .failed("a.yaml:1:1: no")))
        let answer = try bench.client.post("/reload")
        #expect(answer.status == 422)
        #expect(answer.body == "not reloaded, generation 3 stays: a.yaml:1:1: no\n")
    }

    @Test func tenThousandSessionsArriveWhole() throws {
        let bench = try Bench(operations: FakeOperations(sessions: 10_000))
        let answer = try bench.client.get("/sessions?limit=10000", json: true)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
        #expect((object["sessions"] as? [Any])?.count == 10_000)
    }

    @Test func onlyItsOwnerMayConnectAndTheFileGoesWithIt() throws {
        var bench: Bench? = try Bench()
        let path = try #require(bench?.path)
        let folder = path.dropLast("/admin.sock".count)
        #expect(try mode(path) == 0o600)
        #expect(try mode(String(folder)) == 0o700)
        bench = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    private func curl(_ bench: Bench, _ target: String, _ flags: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        process.arguments =
            ["-s", "--max-time", "20", "--unix-socket", bench.path]
            + flags.split(separator: " ").map(String.init) + ["http://attache" + target]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
