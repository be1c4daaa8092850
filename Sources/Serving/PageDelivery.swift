// SPDX-License-Identifier: Apache-2.0

import Pages

/// Brings the page that a renderer makes to the connection that waits for it.
///
/// It lives on the event loop. A connection may be gone, or have told its client that there will be no page, before
/// the renderer is done; the scrape counts as running until then all the same.
final class PageDelivery {
    private let server: ServerLoop
    private let connection: Connection
    private let request: Request
    private var isDone = false

    /// Notes who waits, and with which request.
    init(server: ServerLoop, connection: Connection, request: Request) {
        self.server = server
        self.connection = connection
        self.request = request
    }

    /// Hands the answer to the connection if that still waits for it; a second answer is ignored.
    func deliver(_ answer: PageAnswer) {
        guard !isDone else { return }
        isDone = true
        server.scrapeEnded()
        guard connection.waits(for: self) else { return }
        switch answer {
        case .page(let bytes): connection.reply(page: bytes, to: request)
        case .refused(let text): connection.reply(.text(.badRequest, text), to: request)
        }
    }
}
