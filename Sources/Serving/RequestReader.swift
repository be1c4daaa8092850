// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// The reading side of a connection: makes requests of the parts that the decoder gives.
///
/// It knows no socket and no clock: parts and times come in as arguments.
struct RequestReader {
    /// What is to be answered in its turn.
    enum Arrival {
        /// A request whose body, if it has one, has been read.
        case request(Request)

        /// Something that is no request that could be answered, and what to say to it.
        case refusal(Response)
    }

    private enum State {
        /// No byte of the next request is there.
        case quiet

        /// A head has begun.
        case head

        /// A head is complete, its body may not be.
        case body(Request)

        /// What still comes is thrown away.
        case ignored
    }

    /// Since when the request that is being read has been arriving, in monotonic nanoseconds.
    ///
    /// The first request of a connection counts from the connection's start, so that who sends nothing is timed too.
    private(set) var since: UInt64 = 0

    /// Whether a request, or what was meant for one, has arrived yet.
    private(set) var hasArrivals = false

    /// Whether a client was refused before all of its request had come, so that it may still be sending.
    private(set) var hasCutShort = false

    private let bodyLimit: Int
    private var state = State.quiet
    private var bodyBytes = 0
    private var hasParts = false

    /// Makes a reader.
    ///
    /// - Parameter bodyLimit: the bytes of a request's body that are read and thrown away; more is refused.
    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// Whether no byte of a next request is there.
    var isQuiet: Bool {
        if case .quiet = state { return true }
        return false
    }

    /// Notes when the connection began.
    mutating func begin(_ now: UInt64) {
        since = now
    }

    /// Takes a part of a request; gives what is complete with it.
    mutating func take(_ part: HTTPServerRequestPart, now: @autoclosure () -> UInt64) -> Arrival? {
        hasParts = true
        switch (part, state) {
        case (_, .ignored):
            return nil
        case (.head(let head), _):
            return take(Request(head), now: now())
        case (.body(let bytes), _):
            bodyBytes += bytes.readableBytes
            return bodyBytes > bodyLimit ? refuse(.text(.contentTooLarge, "requests need no body here")) : nil
        case (.end, .body(let request)):
            state = request.keepsAlive ? .quiet : .ignored
            return arrive(.request(request))
        case (.end, _):
            return nil
        }
    }

    /// Notes that all bytes that have come are looked at.
    mutating func endRead(now: @autoclosure () -> UInt64) {
        defer { hasParts = false }
        // Bytes came and made no request: a head has begun.
        guard !hasParts, isQuiet else { return }
        state = .head
        if hasArrivals { since = now() }
    }

    /// Gives up on the client's bytes; nil where that has happened already.
    mutating func refuse(_ response: Response) -> Arrival? {
        if case .ignored = state { return nil }
        state = .ignored
        hasCutShort = true
        return arrive(.refusal(response))
    }

    /// Throws away whatever comes from here on.
    mutating func stop() {
        state = .ignored
    }

    private mutating func take(_ request: Request, now: @autoclosure () -> UInt64) -> Arrival? {
        bodyBytes = 0
        if hasArrivals, isQuiet { since = now() }
        guard request.expectsContinue else {
            state = .body(request)
            return nil
        }
        // The final response comes right away and stands for "do not send the body".
        var last = request
        last.endConnection()
        state = .ignored
        hasCutShort = true
        return arrive(.request(last))
    }

    private mutating func arrive(_ arrival: Arrival) -> Arrival {
        hasArrivals = true
        return arrival
    }
}
