// SPDX-License-Identifier: Apache-2.0
// Promises of ListeningSocket: whose file it is, who may connect, and which port it has.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct ListeningSocketTests {
    private func listening(
        _ address: Address, dualStack: Bool = false, mode: UInt16 = 0o600
    ) throws -> ListeningSocket {
        let bound = try #require(SocketAddress(address))
        return try ListeningSocket(bound, address, dualStack: dualStack, mode: mode)
    }

    private func entry(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// What a refusal says; nil where there was none.
    private func refusal(_ address: Address) throws -> String? {
        do {
            _ = try listening(address)
            return nil
        } catch let failure as ListeningSocket.Failure {
            return failure.message
        }
    }

    private func connects(to address: SocketAddress) -> Bool {
        let socket = Descriptor(adopting: clinux_socket(address.family))
        let code = address.withPointer { clinux_connect(socket.raw, $0, $1) }
        return code == 0 || errno == EINPROGRESS
    }

    @Test func portZeroBecomesTheRealPort() throws {
        let socket = try listening(.ip("127.0.0.1", port: 0, v6: false))
        let port = try #require(socket.address.port)
        #expect(port != 0)
        #expect(socket.address.description == "127.0.0.1:\(port)")
        #expect(!socket.isUnix)
        #expect(socket.accept() == nil)
        #expect(errno == EAGAIN)
        #expect(connects(to: socket.address))
    }

    @Test func aPortThatIsTakenIsRefused() throws {
        let first = try listening(.ip("127.0.0.1", port: 0, v6: false))
        let port = try #require(first.address.port)
        let message = try #require(try refusal(.ip("127.0.0.1", port: port, v6: false)))
        #expect(message.contains("127.0.0.1:\(port)"))
        #expect(message.contains("EADDRINUSE"))
    }

    @Test(arguments: [0o600, 0o660, 0o666, 0o777] as [UInt16])
    func aUnixSocketHasTheModeItWasGiven(mode: UInt16) throws {
        let folder = Scratch()
        let socket = try listening(folder.address, mode: mode)
        let status = try #require(entry(folder.socket))
        #expect(status.st_mode & S_IFMT == S_IFSOCK)
        #expect(status.st_mode & 0o7777 == UInt32(mode))
        #expect(socket.isUnix)
        #expect(connects(to: socket.address))
    }

    @Test func aNewModeIsForTheFileThatItMadeAlone() throws {
        let folder = Scratch()
        let socket = try listening(folder.address)
        #expect(socket.setMode(0o660) == nil)
        #expect(entry(folder.socket)?.st_mode == S_IFSOCK | 0o660)
        unlink(folder.socket)
        #expect(socket.setMode(0o666)?.contains("removed or replaced") == true)
        _ = folder.write("s", "of somebody else", mode: 0o600)
        #expect(socket.setMode(0o666)?.contains("unix:\(folder.socket)") == true)
        #expect(entry(folder.socket)?.st_mode == S_IFREG | 0o600)
    }

    @Test func aUnixSocketTakesItsFileAlong() throws {
        let folder = Scratch()
        var socket: ListeningSocket? = try listening(folder.address)
        #expect(entry(folder.socket) != nil)
        #expect(socket != nil)
        socket = nil
        #expect(entry(folder.socket) == nil)
    }

    @Test func aStaleUnixFileIsReplaced() throws {
        let folder = Scratch()
        // Its listener dies without a word; the file stays.
        _ = try TestListener(SocketAddress(folder.address))
        let before = try #require(entry(folder.socket))
        #expect(before.st_mode & S_IFMT == S_IFSOCK)
        let socket = try listening(folder.address)
        #expect(connects(to: socket.address))
    }

    @Test func aLiveUnixSocketIsLeftAloneAndRefused() throws {
        let folder = Scratch()
        let first = try listening(folder.address)
        let message = try #require(try refusal(folder.address))
        #expect(message.contains("another process is listening there"))
        #expect(message.contains(folder.socket))
        #expect(entry(folder.socket) != nil)
        // It was not visited: a connection would begin a session there.
        #expect(first.accept() == nil)
        #expect(connects(to: first.address))
    }

    @Test func aLiveUnixSocketWithAFullBacklogIsLeftAloneToo() throws {
        let folder = Scratch()
        let other = try TestListener(SocketAddress(folder.address), backlog: 0)
        _ = other.fillBacklog()
        let message = try #require(try refusal(folder.address))
        #expect(message.contains("another process is listening there"))
        #expect(entry(folder.socket) != nil)
    }

    @Test func aFileThatIsNoSocketIsLeftAloneAndRefused() throws {
        let folder = Scratch()
        let file = open(folder.socket, O_CREAT | O_WRONLY, 0o644)
        #expect(write(file, "precious", 8) == 8)
        close(file)
        let message = try #require(try refusal(folder.address))
        #expect(message.contains("no socket is in the way"))
        #expect(entry(folder.socket)?.st_size == 8)
    }

    @Test func aFolderThatIsNotThereIsAReason() throws {
        let message = try #require(try refusal(.unix("/nonexistent-folder/s")))
        #expect(message.contains("ENOENT"))
    }

    @Test func anIPv6ListenerServesIPv6AloneUnlessAskedOtherwise() throws {
        for dualStack in [false, true] {
            let socket = try listening(.ip("::", port: 0, v6: true), dualStack: dualStack)
            let port = try #require(socket.address.port)
            let v4 = try refusal(.ip("0.0.0.0", port: port, v6: false))
            #expect((v4 == nil) == !dualStack)
            #expect(connects(to: try #require(SocketAddress(.ip("::1", port: port, v6: true)))))
        }
    }

    @Test(arguments: Loopback.Kind.allCases)
    func acceptedConnectionsComeWithTheirPeer(kind: Loopback.Kind) throws {
        let folder = Scratch()
        let socket = try listening(
            kind == .unix ? folder.address : .ip("127.0.0.1", port: 0, v6: false))
        let client = Descriptor(adopting: clinux_socket(socket.address.family))
        _ = socket.address.withPointer { clinux_connect(client.raw, $0, $1) }
        var interest = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        #expect(poll(&interest, 1, 10_000) == 1)
        let (raw, peer) = try #require(socket.accept())
        defer { close(raw) }
        var name = SocketAddress()
        _ = name.withMutablePointer { clinux_address(client.raw, $0, $1) }
        #expect(peer.description == name.description)
        #expect(peer.family == (kind == .unix ? AF_UNIX : AF_INET))
        #expect(fcntl(raw, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC != 0)
    }
}

extension Scratch {
    fileprivate var socket: String { path + "/s" }
    fileprivate var address: Address { .unix(socket) }
}
