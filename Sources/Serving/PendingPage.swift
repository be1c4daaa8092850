// SPDX-License-Identifier: Apache-2.0

import Pages

/// A page that a connection waits for; lives on the event loop.
final class PendingPage {
    private let server: ServerLoop
    private let connection: Connection
    private let request: RequestFacts
    private var isFinished = false

    /// Notes who waits for what.
    init(server: ServerLoop, connection: Connection, request: RequestFacts) {
        self.server = server
        self.connection = connection
        self.request = request
    }

    /// Hands the answer to the connection if that still waits for it; a second answer is ignored.
    func finish(_ answer: PageAnswer) {
        guard !isFinished else { return }
        isFinished = true
        server.scrapeEnded()
        guard connection.waits(for: self) else { return }
        switch answer {
        case .page(let bytes): connection.reply(page: bytes, to: request)
        case .refused(let text): connection.reply(.text(.badRequest, text), to: request)
        }
    }
}
