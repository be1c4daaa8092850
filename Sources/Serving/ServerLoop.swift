// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import Pages

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

    private let renderer: any PageRenderer
    private let logger: Logger
    private let watchTimer: WatchTimer
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var scrapesInFlight = 0
    private var isFull = false
    private var tick: Scheduled<Void>?
    private var nextSample: UInt64 = 0
    private var drained: (() -> Void)?

    /// Makes the shared state; nothing runs yet.
    init(configuration: ServerConfiguration, renderer: any PageRenderer, logger: Logger, loop: any EventLoop) {
        self.configuration = configuration
        self.renderer = renderer
        self.logger = logger
        timeouts = Timeouts(configuration)
        writer = ResponseWriter(
            allocator: ByteBufferAllocator(), compressionLevel: configuration.compressionLevel)
        self.loop = ClosableEventLoop(loop)
        watchTimer = WatchTimer(loop: loop, renderer: renderer)
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
        for connection in connections.values { connection.sweep(now) }
        let next = NIODeadline.uptimeNanoseconds(min(now &+ timeouts.tick, nextSample))
        tick = loop.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in self?.runTick() }
    }

    // MARK: Connections

    /// Takes a new connection in; false where there is no room for it.
    func admit(_ connection: Connection) -> Bool {
        guard !isStopping else { return false }
        if connections.count >= configuration.limits.connections {
            reportFull()
            guard let idlest = connections.values.compactMap(\.evictionCandidate).min() else {
                return false
            }
            connections[ObjectIdentifier(idlest.connection)] = nil
            idlest.connection.close()
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

    // MARK: Answers

    /// Answers a request, at once or when its page is there.
    func answer(_ request: Request, on connection: Connection) {
        if let problem = request.problem {
            return connection.reply(.text(.badRequest, problem), to: request)
        }
        guard request.method != .other else {
            let text = "only GET and HEAD are served here"
            return connection.reply(
                .text(.methodNotAllowed, text, headers: "Allow: GET, HEAD\r\n"), to: request)
        }
        let (path, query) = request.pathAndQuery
        switch Route(path: path, telemetryPath: configuration.telemetryPath) {
        case .metrics: answerMetrics(request, query: query, on: connection)
        case .healthy: connection.reply(.text(.ok, "ok"), to: request)
        case .ready:
            connection.reply(isReady ? .text(.ok, "ready") : .text(.serviceUnavailable, "not ready"), to: request)
        case .landing:
            let html = LandingPage.html(configuration, reports: renderer.collectorReports())
            connection.reply(.html(html), to: request)
        case nil:
            let landing = configuration.telemetryPath == "/" ? "" : "/, "
            let paths = "\(landing)\(configuration.telemetryPath), /-/healthy and /-/ready"
            connection.reply(.text(.notFound, "nothing here; there are \(paths)"), to: request)
        }
    }

    /// Counts a scrape that has got its answer from the renderer.
    func scrapeEnded() {
        scrapesInFlight -= 1
    }

    private func answerMetrics(_ request: Request, query: Substring?, on connection: Connection) {
        var choice = CollectorChoice.all
        if let query {
            do throws(CollectorQuery.Problem) {
                choice = try CollectorQuery.choice(of: query)
            } catch {
                return connection.reply(.text(.badRequest, error.text), to: request)
            }
        }
        if request.method == .head { return connection.replyWithPageHead(to: request) }
        if let limit = configuration.maxRequests, scrapesInFlight >= limit {
            let text = "\(limit) scrapes are running, and no more are allowed at once"
            return connection.reply(.text(.serviceUnavailable, text, headers: "Retry-After: 1\r\n"), to: request)
        }
        let timeout = ScrapeTimeout.nanoseconds(header: request.scrapeTimeout, limit: timeouts.scrape)
        let deadline = NIODeadline.now().uptimeNanoseconds &+ timeout
        let delivery = PageDelivery(server: self, connection: connection, request: request)
        connection.wait(for: delivery, request: request, until: deadline)
        scrapesInFlight += 1
        let bound = NIOLoopBound(delivery, eventLoop: loop.eventLoop)
        let page = PageRequest(choice: choice, format: request.format, deadlineNanoseconds: deadline)
        renderer.render(page) { [loop] answer in
            loop.execute { bound.value.deliver(answer) }
        }
        watchTimer.ask()
    }
}
