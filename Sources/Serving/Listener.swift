// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix

/// Binds listening sockets.
struct Listener {
    /// The loop that accepts and serves.
    let loop: any EventLoop

    /// Sets an accepted connection up, on the loop.
    let install: @Sendable (any Channel) throws -> Void

    /// Binds one address; blocks the caller, which is not the loop.
    ///
    /// - Throws: `ServingError.addressInUse` or `ServingError.cannotListen`.
    func bind(_ address: ListenAddress) throws(ServingError) -> any Channel {
        guard address.isDualStackAny else {
            return try bind(address, to: socketAddress(of: address), isDualStack: false)
        }
        do {
            return try bind(address, to: literal("::", address), isDualStack: true)
        } catch ServingError.cannotListen where address.host.isEmpty {
            // A kernel without IPv6, or with IPv6 switched off; there is still IPv4.
            return try bind(address, to: literal("0.0.0.0", address), isDualStack: false)
        }
    }

    /// Serves on a listening socket that the process was started with, which is its own from here on.
    ///
    /// - Throws: `ServingError.unusableSocket`.
    func adopt(_ descriptor: CInt) throws(ServingError) -> any Channel {
        var isListening: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0, isListening == 1
        else {
            throw .unusableSocket(descriptor: descriptor, reason: "it is no listening socket")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do {
            return try bootstrap().withBoundSocket(descriptor).wait()
        } catch {
            throw .unusableSocket(descriptor: descriptor, reason: "\(error)")
        }
    }

    private func bootstrap() -> ServerBootstrap {
        let install = install
        return ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // A client may close its sending side and still wait for the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // A request fits into one read; a second one would only ask for EAGAIN.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try install(channel) }
            }
    }

    private func bind(
        _ address: ListenAddress, to socketAddress: SocketAddress, isDualStack: Bool
    ) throws(ServingError) -> any Channel {
        var bootstrap = bootstrap()
        if isDualStack {
            let isIPv6Only = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            bootstrap = bootstrap.serverChannelOption(isIPv6Only, value: 0)
        }
        do {
            return try bootstrap.bind(to: socketAddress).wait()
        } catch {
            guard let code = (error as? IOError)?.errnoCode else {
                throw .cannotListen(address, reason: "\(error)")
            }
            guard code == EADDRINUSE else {
                // strerror's text is valid until the next call on this thread.
                throw .cannotListen(address, reason: unsafe String(cString: strerror(code)))
            }
            throw .addressInUse(address, owner: PortOwner.find(port: address.port))
        }
    }

    private func socketAddress(of address: ListenAddress) throws(ServingError) -> SocketAddress {
        do {
            return try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        } catch {
            throw .cannotListen(address, reason: "the host name has no address")
        }
    }

    private func literal(_ text: String, _ address: ListenAddress) throws(ServingError) -> SocketAddress {
        do {
            return try SocketAddress(ipAddress: text, port: address.port)
        } catch {
            throw .cannotListen(address, reason: "\(error)")
        }
    }
}
