// SPDX-License-Identifier: Apache-2.0
// Where the socket is, and what is said when it cannot be there or nobody listens.

import AttacheCore
import Glibc
import Testing

@testable import AttacheAdmin

struct PlaceTests {
    private static let places: [([String: String], Bool, String?)] = [
        (
            ["RUNTIME_DIRECTORY": "/run/a:/run/b", "XDG_RUNTIME_DIR": "/x"], true,
            "/run/a/admin.sock"
        ),
        (["XDG_RUNTIME_DIR": "/run/user/7"], true, "/run/attache/admin.sock"),
        (["XDG_RUNTIME_DIR": "/run/user/7"], false, "/run/user/7/attache/admin.sock"),
        (["RUNTIME_DIRECTORY": "", "XDG_RUNTIME_DIR": ""], false, nil),
        ([:], false, nil),
    ]

    @Test(arguments: places)
    func theDefaultIsTheServiceManagersThenTheSystemsThenTheUsers(
        environment: [String: String], isRoot: Bool, path: String?
    ) {
        #expect(AdminSocket.defaultPath(isRoot: isRoot) { environment[$0] } == path)
    }

    @Test func aPathIsTakenWithAndWithoutItsKind() throws {
        #expect(try AdminSocket.path(parsing: "/run/a.sock") == "/run/a.sock")
        #expect(try AdminSocket.path(parsing: "unix:/run/a.sock") == "/run/a.sock")
        #expect(throws: Address.Malformed.self) { try AdminSocket.path(parsing: "127.0.0.1:80") }
        #expect(throws: Address.Malformed.self) { try AdminSocket.path(parsing: "") }
    }

    @Test func aSecondInstanceIsToldAndTheFirstServesOn() throws {
        let bench = try Bench()
        let failure = #expect(throws: AdminFailure.self) { try another(bench.path) }
        #expect(failure?.isTaken == true)
        #expect(
            failure?.message == "cannot listen on unix:\(bench.path): another process is listening "
                + "there; stop it or name another path by --admin PATH")
        #expect(try bench.client.get("/status", json: false).isGood)
    }

    @Test func aFileWhoseOwnerIsGoneIsReplaced() throws {
        let folder = try Bench.newFolder()
        let path = folder + "/admin.sock"
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(stale)
        let server = try another(path)
        #expect(try AdminClient(path: path).get("/status", json: false).isGood)
        server.stop()
        rmdir(folder)
    }

    @Test func aFolderThatIsMissingIsNamed() {
        let failure = #expect(throws: AdminFailure.self) { try another("/nowhere/at/all.sock") }
        #expect(failure?.isTaken == false)
        #expect(
            failure?.message == "cannot bind unix:/nowhere/at/all.sock: no such file or directory "
                + "(ENOENT); make the folder /nowhere/at, or name another place by --admin PATH")
    }

    @Test func whereNobodyListensTheClientSaysSo() {
        let failure = #expect(throws: StartFailure.self) {
            try AdminClient(path: "/nowhere/a.sock").get("/status", json: false)
        }
        #expect(
            failure?.message == "nobody listens on unix:/nowhere/a.sock: no such file or directory "
                + "(ENOENT); is attache running? --admin PATH names another socket")
    }

    @Test func aCutAnswerIsNone() {
        func answer(_ text: String) -> AdminClient.Answer? {
            AdminClient.answer(in: Array(text.utf8))
        }
        #expect(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?.body == "ok")
        #expect(answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok") == nil)
        #expect(answer("HTTP/1.1 200 OK\r\n") == nil)
        #expect(answer("SSH-2.0-x\r\n\r\n") == nil)
        #expect(answer("") == nil)
    }

    @discardableResult
    private func another(_ path: String) throws -> AdminServer {
        try AdminServer(
            path: path, makesFolder: false, version: "0.1.0", operations: FakeOperations())
    }
}
