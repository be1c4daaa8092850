// SPDX-License-Identifier: Apache-2.0

/// One path of the server: a row of its table of routes.
struct Route {
    /// Who may see what is at a path.
    enum Audience {
        /// Every client that reaches the server.
        case anyone

        /// Clients that have proved who they are.
        case authenticated
    }

    /// The path, as a client writes it without `%` escapes.
    let path: String

    /// What can be done there.
    let methods: [Request.Method]

    /// Who may do it.
    let audience: Audience

    /// What is there, in a few words for the landing page.
    let summary: String

    /// Answers a request, at once or later; it is called on the event loop and must not block.
    let handler: (ServerLoop, Exchange) -> Void

    /// Makes a row.
    init(
        _ path: String, _ methods: [Request.Method], for audience: Audience, _ summary: String,
        handler: @escaping (ServerLoop, Exchange) -> Void
    ) {
        self.path = path
        self.methods = methods
        self.audience = audience
        self.summary = summary
        self.handler = handler
    }
}
