// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The HTTP server: one thread that accepts, answers and watches the clock.
///
/// It is started and stopped once, from a thread that may wait; it can be used from any thread.
public final class MetricsServer: Sendable {
    private enum State {
        case created
        case running(Running)
        case stopped
    }

    /// What a server consists of while it runs.
    private struct Running {
        /// The one thread.
        let group: MultiThreadedEventLoopGroup
        /// Its loop.
        let loop: ClosableEventLoop
        /// What lives on it.
        let server: NIOLoopBound<ServerLoop>
        /// The listening sockets, in the order of the addresses.
        let channels: [any Channel]
    }

    private let configuration: ServerConfiguration
    private let renderer: any PageRenderer
    private let logger: Logger
    private let state = Mutex(State.created)

    /// Makes a server that does nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: where to listen, and the limits.
    ///   - renderer: makes the pages.
    ///   - logger: told of state changes; scrapes are not logged.
    public init(configuration: ServerConfiguration, renderer: any PageRenderer, logger: Logger) {
        self.configuration = configuration
        self.renderer = renderer
        self.logger = logger
    }

    /// The ports that it listens on, in the order of the addresses; empty while it does not run.
    public var ports: [Int] {
        state.withLock { state in
            guard case .running(let running) = state else { return [] }
            return running.channels.map { $0.localAddress?.port ?? 0 }
        }
    }

    /// Binds every address, or none, and begins to serve.
    ///
    /// - Throws: `ServingError`, with nothing left behind.
    public func start() throws(ServingError) {
        try state.withLock { state throws(ServingError) in
            guard case .created = state else { throw .alreadyStarted }
            state = .running(try run())
        }
    }

    /// Changes the longest that a scrape may take, for those that begin from now on.
    public func changeScrapeTimeout(to timeout: Duration) {
        state.withLock { state in
            guard case .running(let running) = state else { return }
            running.loop.execute { running.server.value.timeouts.scrape = timeout.nanoseconds }
        }
    }

    /// Stops accepting, lets running answers finish, and returns within the grace period whatever happens: at its end
    /// connections are cut off, and a thread that hangs is left behind.
    ///
    /// - Parameter gracePeriodNanoseconds: the time that all of it may take.
    public func stop(gracePeriodNanoseconds: UInt64) {
        let previous = state.withLock { state in
            defer { state = .stopped }
            return state
        }
        guard case .running(let running) = previous else { return }
        let start = DispatchTime.now().uptimeNanoseconds
        func time(_ nanoseconds: UInt64) -> DispatchTime {
            let (sum, overflow) = start.addingReportingOverflow(nanoseconds)
            return overflow ? .distantFuture : DispatchTime(uptimeNanoseconds: sum)
        }
        let drained = DispatchSemaphore(value: 0)
        for channel in running.channels { channel.close(promise: nil) }
        running.loop.execute { running.server.value.drain { drained.signal() } }
        if drained.wait(timeout: time(gracePeriodNanoseconds / 4 * 3)) == .timedOut {
            logger.warning("answers were still running at the end of the grace period")
        }
        running.loop.close()
        let ended = DispatchSemaphore(value: 0)
        running.group.shutdownGracefully(queue: .global()) { _ in ended.signal() }
        _ = ended.wait(timeout: time(gracePeriodNanoseconds))
    }

    private func run() throws(ServingError) -> Running {
        guard !configuration.addresses.isEmpty || !configuration.inheritedSockets.isEmpty else { throw .noAddress }
        try checkTelemetryPath()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = ClosableEventLoop(group.next())
        let (configuration, renderer, logger) = (configuration, renderer, logger)
        var channels: [any Channel] = []
        do {
            let server = try loop.eventLoop.submit {
                NIOLoopBound(
                    ServerLoop(configuration: configuration, renderer: renderer, logger: logger, loop: loop),
                    eventLoop: loop.eventLoop)
            }.wait()
            let listener = Listener(loop: loop.eventLoop) { try ConnectionPipeline.install(on: $0, for: server.value) }
            for address in configuration.addresses { channels.append(try listener.bind(address)) }
            for descriptor in configuration.inheritedSockets { channels.append(try listener.adopt(descriptor)) }
            try loop.eventLoop.submit { server.value.begin() }.wait()
            for channel in channels {
                logger.info("listening", metadata: ["address": "\(channel.localAddress?.description ?? "")"])
            }
            return Running(group: group, loop: loop, server: server, channels: channels)
        } catch {
            // What was bound before the one that failed is free again when this returns; an error here means that the
            // socket was closed already.
            for channel in channels { try? channel.close().wait() }
            group.shutdownGracefully(queue: .global()) { _ in }
            throw (error as? ServingError)
                ?? .cannotListen(configuration.addresses.first ?? .standard, reason: "\(error)")
        }
    }

    private func checkTelemetryPath() throws(ServingError) {
        let path = configuration.telemetryPath
        let isPlain = path.utf8.allSatisfy { (0x21..<0x7F).contains($0) && $0 != 0x3F && $0 != 0x23 }
        guard path.hasPrefix("/"), isPlain else { throw .invalidTelemetryPath(path) }
    }
}
