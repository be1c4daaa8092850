// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

/// What all connections share.
///
/// It lives on the event loop and is touched nowhere else.
final class ServerLoop {
    /// What the server was told.
    let configuration: ServerConfiguration

    /// The time-outs in nanoseconds.
    var timeouts: Timeouts

    /// Puts responses into bytes.
    var writer: ResponseWriter

    /// Whether every address is bound.
    private(set) var isReady = false

    /// Whether the server is on its way out.
    private(set) var isStopping = false

    /// The event loop that all of this lives on.
    let loop: ClosableEventLoop

    /// Every path that is served.
    let routes: RouteTable

    /// Makes the pages.
    let renderer: any PageRenderer

    /// Calls the renderer when it wants to be called.
    let watchTimer: WatchTimer

    /// Scrapes whose page the renderer has not given yet.
    var scrapesInFlight = 0

    private let logger: Logger
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var isFull = false
    private var tick: Scheduled<Void>?
    private var nextSample: UInt64 = 0
    private var drained: (() -> Void)?

    /// Makes the shared state; nothing runs yet.
    init(configuration: ServerConfiguration, renderer: any PageRenderer, logger: Logger, loop: ClosableEventLoop) {
        self.configuration = configuration
        self.renderer = renderer
        self.logger = logger
        routes = Self.routes(telemetryPath: configuration.telemetryPath)
        timeouts = Timeouts(configuration)
        writer = ResponseWriter(
            allocator: ByteBufferAllocator(), compressionLevel: configuration.compressionLevel)
        self.loop = loop
        watchTimer = WatchTimer(loop: loop.eventLoop, renderer: renderer)
    }

    // MARK: Start and end

    /// Begins to sample and to look after connections; called when every address is bound.
    func begin() {
        ProcFile.nameThisThread("web")
        isReady = true
        runTick()
    }

    /// Lets running answers finish, closes all else, and says when no connection is left.
    func drain(_ drained: @escaping () -> Void) {
        isStopping = true
        isReady = false
        tick?.cancel()
        watchTimer.ask()
        self.drained = drained
        for connection in connections.values { connection.prepareToStop() }
        reportIfDrained()
    }

    private func reportIfDrained() {
        guard isStopping, connections.isEmpty, let drained else { return }
        self.drained = nil
        watchTimer.cancel()
        drained()
    }

    private func runTick() {
        guard !isStopping else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        if now >= nextSample {
            nextSample = now &+ timeouts.sampling
            renderer.sample()
        }
        for connection in connections.values { connection.enforceTimeouts(now) }
        let next = NIODeadline.uptimeNanoseconds(min(now &+ timeouts.tick, nextSample))
        tick = loop.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in self?.runTick() }
    }

    // MARK: Connections

    /// Takes a new connection in; false where there is no room for it.
    func admit(_ connection: Connection) -> Bool {
        guard !isStopping else { return false }
        if connections.count >= configuration.limits.connections {
            reportFull()
            guard let candidate = connections.values.compactMap(\.evictionCandidate).min() else { return false }
            connections[ObjectIdentifier(candidate.connection)] = nil
            candidate.connection.close()
        }
        connections[ObjectIdentifier(connection)] = connection
        return true
    }

    /// Forgets a connection that is closed.
    func remove(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        if isFull, connections.count <= configuration.limits.connections / 2 {
            isFull = false
            logger.info("connections are below the limit again")
        }
        reportIfDrained()
    }

    private func reportFull() {
        guard !isFull else { return }
        isFull = true
        logger.warning(
            "connection limit reached; idle connections make room, or new ones are refused",
            metadata: ["limit": "\(configuration.limits.connections)"])
    }

    /// Counts a scrape that has got its answer from the renderer.
    func scrapeEnded() {
        scrapesInFlight -= 1
    }
}
