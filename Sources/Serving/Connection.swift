// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// One client: takes its requests in order, and gives each its answer before it begins the next.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerLoop
    private var context: ChannelHandlerContext?
    private var reader: RequestReader
    private var state = ConnectionState.idle
    /// What has arrived and waits for its turn.
    private var queue = CircularBuffer<RequestReader.Arrival>(initialCapacity: 2)
    /// When the last response began, moved on or ended, in monotonic nanoseconds.
    private var progressed: UInt64 = 0
    /// Bytes of the response on its way that had not left at that time.
    private var unwritten = 0
    private var closesAfterWrite = false
    private var isInputClosed = false
    private var isAnswering = false
    private var holdsRead = false

    /// Makes the handler of one connection.
    init(server: ServerLoop) {
        self.server = server
        reader = RequestReader(bodyLimit: server.configuration.limits.bodyBytes)
    }

    private var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelActive(context: ChannelHandlerContext) {
        progressed = now
        reader.begin(progressed)
        guard server.admit(self) else { return close() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func read(context: ChannelHandlerContext) {
        // Who sends faster than it is answered waits: nothing is read while requests are queued.
        guard queue.isEmpty else {
            holdsRead = true
            return
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        enqueue(reader.take(unwrapInboundIn(data), now: now))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        reader.endRead(now: now)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        isInputClosed = true
        switch state {
        case .idle where queue.isEmpty, .lingering: close()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState:
            isInputClosed = true
            if case .idle = state { close() }
        case let error as HTTPParserError:
            enqueue(reader.refuse(.refusal(of: error)))
        case is ByteToMessageDecoderError:
            // More bytes after a refusal; they are thrown away.
            break
        default:
            close()
        }
    }

    // MARK: Requests

    private func enqueue(_ arrival: RequestReader.Arrival?) {
        guard let arrival else { return }
        queue.append(arrival)
        answerQueued()
    }

    /// Answers what is queued for as long as answers are there at once; a loop, not a recursion per request.
    private func answerQueued() {
        guard !isAnswering else { return }
        isAnswering = true
        while case .idle = state, let arrival = queue.popFirst() {
            switch arrival {
            case .request(let request): server.answer(request, on: self)
            case .refusal(let response): reply(response, to: nil)
            }
        }
        isAnswering = false
        if holdsRead, queue.isEmpty {
            holdsRead = false
            context?.read()
        }
    }

    // MARK: Answers

    /// Notes that a page is being rendered for this connection.
    func wait(for delivery: PageDelivery, request: Request, until deadline: UInt64) {
        state = .waiting(delivery, request, overdue: deadline &+ server.timeouts.overdue)
    }

    /// Whether this page, and no other, is waited for.
    func waits(for delivery: PageDelivery) -> Bool {
        if case .waiting(let awaited, _, _) = state { return awaited === delivery }
        return false
    }

    /// Sends a page.
    func reply(page: [UInt8], to request: Request) {
        let closes = ends(after: request)
        send(server.writer.page(page, for: request, closes: closes), closes: closes)
    }

    /// Sends the head that a page would have.
    func replyWithPageHead(to request: Request) {
        let closes = ends(after: request)
        send(server.writer.pageHead(for: request, closes: closes), closes: closes)
    }

    /// Sends a text; `request` is nil where none could be understood.
    func reply(_ response: Response, to request: Request?) {
        let closes = request.map(ends(after:)) ?? true
        send(server.writer.response(response, for: request, closes: closes), closes: closes)
    }

    private func ends(after request: Request) -> Bool {
        !request.keepsAlive || server.isStopping || (isInputClosed && queue.isEmpty)
    }

    private func send(_ answer: ByteBuffer, closes: Bool) {
        guard let context else { return }
        state = .writing
        progressed = now
        closesAfterWrite = closes
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            if case .success = result { wrote() } else { close() }
        }
        context.writeAndFlush(wrapOutboundOut(answer), promise: promise)
        if case .writing = state { unwritten = context.channel.bufferedBytes }
    }

    private func wrote() {
        guard case .writing = state else { return }
        progressed = now
        if closesAfterWrite || server.isStopping || (isInputClosed && queue.isEmpty) {
            finish()
        } else {
            state = .idle
            answerQueued()
        }
    }

    /// Closes, so gently that the last answer arrives even where the client is still sending.
    private func finish() {
        guard reader.hasCutShort, !isInputClosed, !server.isStopping, let context else { return close() }
        state = .lingering
        queue.removeAll()
        context.close(mode: .output, promise: nil)
        answerQueued()
    }

    // MARK: Time and end

    /// Gives up what has taken too long.
    func enforceTimeouts(_ now: UInt64) {
        let times = server.timeouts
        func isOver(_ since: UInt64, _ limit: UInt64) -> Bool { now > since && now - since >= limit }
        switch state {
        case .idle where reader.isQuiet:
            if isOver(progressed, reader.hasArrivals ? times.idle : times.head) { close() }
        case .idle:
            if isOver(reader.since, times.head) {
                enqueue(reader.refuse(.text(.requestTimeout, "the request did not arrive in time")))
            }
        case .waiting(_, let request, let overdue):
            if now > overdue { reply(.text(.serviceUnavailable, "the page was not ready in time"), to: request) }
        case .writing:
            if isOver(progressed, times.write) { checkProgress(now) }
        case .lingering:
            if isOver(progressed, times.linger) { close() }
        case .closed:
            break
        }
    }

    /// A slow reader may go on, one that has read nothing may not.
    private func checkProgress(_ now: UInt64) {
        let left = context?.channel.bufferedBytes ?? 0
        guard left < unwritten else { return close() }
        unwritten = left
        progressed = now
    }

    /// This connection as one that may be closed for another, nil where it is being answered.
    var evictionCandidate: EvictionCandidate? {
        guard case .idle = state else { return nil }
        return EvictionCandidate(
            connection: self, hasServed: reader.hasArrivals, since: reader.hasArrivals ? progressed : reader.since)
    }

    /// Closes now where nothing is being answered, otherwise behind the answer.
    func prepareToStop() {
        switch state {
        case .idle, .lingering: close()
        case .waiting, .writing, .closed: break
        }
    }

    /// Closes at once.
    func close() {
        if case .closed = state { return }
        context?.close(promise: nil)
    }

    private func end() {
        if case .closed = state { return }
        state = .closed
        reader.stop()
        queue.removeAll()
        context = nil
        server.remove(self)
    }
}
