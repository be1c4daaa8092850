// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// A UNIX socket on which somebody listens, in a folder of its own that goes with the object.
public final class FakeStream: Sendable {
    /// The socket's path, short enough for every address.
    public let path: String

    private let folder: String
    private let listener: Int32
    private let peers = Mutex<[WeakPeer]>([])

    private struct WeakPeer {
        weak var peer: FakePeer?
    }

    /// Listens; `serve` has each connection to itself, in a thread of its own, and need not close it.
    public init(serve: @escaping @Sendable (FakePeer) -> Void) throws {
        var template = Array("/tmp/fake-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        folder = String(cString: made)
        path = folder + "/socket"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard isBound == 0, listen(listener, 16) == 0 else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread { [weak self] in
            while true {
                let accepted = accept(listener, nil, nil)
                guard accepted >= 0 else { return }
                let peer = FakePeer(accepted)
                self?.peers.withLock { $0.append(WeakPeer(peer: peer)) }
                Thread.detachNewThread { serve(peer) }
            }
        }
    }

    /// Ends all connections; new ones are accepted.
    public func disconnectAll() {
        for entry in peers.withLock({ $0 }) { entry.peer?.end() }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// One connection of a `FakeStream`, closed at the end of its life.
public final class FakePeer: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Ends the connection for both sides.
    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// What has come, waiting for something; empty at the end.
    public func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Sends everything, or nothing more where the other side is gone.
    public func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }
}
