// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// One client: takes its requests in order, and gives each its answer before it begins the next.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerLoop
    private var context: ChannelHandlerContext?
    private var input = ConnectionState.Input.quiet
    private var output = ConnectionState.Output.idle
    private var queue = CircularBuffer<ConnectionState.Work>(initialCapacity: 2)
    private var bodyBytes = 0
    private var inputSince: UInt64 = 0
    private var outputSince: UInt64 = 0
    private var unwritten = 0
    private var closesAfterWrite = false
    private var lingers = false
    private var isInputClosed = false
    private var isPumping = false
    private var holdsRead = false
    private var hasServed = false
    private var hasReadParts = false

    /// Makes the handler of one connection.
    init(server: ServerLoop) {
        self.server = server
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
        inputSince = now
        outputSince = inputSince
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
        hasReadParts = true
        switch (unwrapInboundIn(data), input) {
        case (_, .ignored):
            break
        case (.head(let head), _):
            take(Request(head))
        case (.body(let bytes), _):
            bodyBytes += bytes.readableBytes
            if bodyBytes > server.configuration.limits.bodyBytes {
                refuse(.text(.contentTooLarge, "requests need no body here"))
            }
        case (.end, .body(let request)):
            input = request.keepsAlive ? .quiet : .ignored
            enqueue(.request(request))
        case (.end, _):
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        defer { hasReadParts = false }
        // Bytes came and made no request: a head has begun.
        guard !hasReadParts, case .quiet = input else { return }
        input = .head
        if hasServed { inputSince = now }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        isInputClosed = true
        switch output {
        case .idle where queue.isEmpty: close()
        case .lingering: close()
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState:
            isInputClosed = true
            if case .idle = output { close() }
        case HTTPParserError.headerOverflow:
            refuse(.text(.headerFieldsTooLarge, "the request's head is too large"))
        case HTTPParserError.invalidVersion:
            refuse(.text(.versionNotSupported, "this server speaks HTTP/1.0 and HTTP/1.1"))
        case is HTTPParserError:
            refuse(.text(.badRequest, "this is no HTTP request"))
        case is ByteToMessageDecoderError:
            // More bytes after a refusal; they are thrown away.
            break
        default:
            close()
        }
    }

    // MARK: Requests

    private func take(_ request: Request) {
        bodyBytes = 0
        if hasServed, case .quiet = input { inputSince = now }
        guard request.expectsContinue else {
            input = .body(request)
            return
        }
        // The final answer comes right away and stands for "do not send the body".
        var last = request
        last.endConnection()
        input = .ignored
        lingers = true
        enqueue(.request(last))
    }

    private func refuse(_ response: Response) {
        if case .ignored = input { return }
        input = .ignored
        lingers = true
        enqueue(.refusal(response))
    }

    private func enqueue(_ work: ConnectionState.Work) {
        queue.append(work)
        pump()
    }

    /// Answers what is queued for as long as answers are there at once; a loop, not a recursion per request.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        while case .idle = output, let work = queue.popFirst() {
            hasServed = true
            switch work {
            case .request(let request): server.answer(request, on: self)
            case .refusal(let response): reply(response, to: nil)
            }
        }
        isPumping = false
        if holdsRead, queue.isEmpty {
            holdsRead = false
            context?.read()
        }
    }

    // MARK: Answers

    /// Notes that a page is being rendered for this connection.
    func wait(for delivery: PageDelivery, request: Request, until deadline: UInt64) {
        output = .waiting(delivery, request, overdue: deadline &+ server.timeouts.overdue)
    }

    /// Whether this page, and no other, is waited for.
    func waits(for delivery: PageDelivery) -> Bool {
        if case .waiting(let awaited, _, _) = output { return awaited === delivery }
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
        output = .writing
        outputSince = now
        closesAfterWrite = closes
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            if case .success = result { wrote() } else { close() }
        }
        context.writeAndFlush(wrapOutboundOut(answer), promise: promise)
        if case .writing = output { unwritten = bufferedBytes }
    }

    private func wrote() {
        guard case .writing = output else { return }
        outputSince = now
        if closesAfterWrite || server.isStopping || (isInputClosed && queue.isEmpty) {
            finish()
        } else {
            output = .idle
            pump()
        }
    }

    /// Closes, so gently that the last answer arrives even where the client is still sending.
    private func finish() {
        guard lingers, !isInputClosed, !server.isStopping, let context else { return close() }
        output = .lingering
        queue.removeAll()
        context.close(mode: .output, promise: nil)
        pump()
    }

    // MARK: Time and end

    /// Closes what has taken too long.
    func sweep(_ now: UInt64) {
        let times = server.timeouts
        func isOver(_ since: UInt64, _ limit: UInt64) -> Bool { now > since && now - since >= limit }
        switch (output, input) {
        case (.idle, .quiet):
            if isOver(outputSince, hasServed ? times.idle : times.head) { close() }
        case (.idle, _):
            if isOver(inputSince, times.head) {
                refuse(.text(.requestTimeout, "the request did not arrive in time"))
            }
        case (.waiting(_, let request, let overdue), _):
            if now > overdue { reply(.text(.serviceUnavailable, "the page was not ready in time"), to: request) }
        case (.writing, _):
            if isOver(outputSince, times.write) { checkProgress(now) }
        case (.lingering, _):
            if isOver(outputSince, times.linger) { close() }
        case (.closed, _):
            break
        }
    }

    /// A slow reader may go on, one that has read nothing may not.
    private func checkProgress(_ now: UInt64) {
        let left = bufferedBytes
        guard left < unwritten else { return close() }
        unwritten = left
        outputSince = now
    }

    /// How much of the answer still waits for the client; 0 where the channel does not know.
    private var bufferedBytes: Int {
        // The option exists on every socket channel; without it a write may take its time only once.
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// This connection as one that may be closed for another, nil where it is being answered.
    var evictionCandidate: EvictionCandidate? {
        guard case .idle = output else { return nil }
        return EvictionCandidate(connection: self, hasServed: hasServed, since: hasServed ? outputSince : inputSince)
    }

    /// Closes now where nothing is being answered, otherwise behind the answer.
    func prepareToStop() {
        switch output {
        case .idle, .lingering: close()
        case .waiting, .writing, .closed: break
        }
    }

    /// Closes at once.
    func close() {
        if case .closed = output { return }
        context?.close(promise: nil)
    }

    private func end() {
        if case .closed = output { return }
        output = .closed
        input = .ignored
        queue.removeAll()
        context = nil
        server.remove(self)
    }
}
