// SPDX-License-Identifier: Apache-2.0

/// The paths of the server, and what every request to them is held to.
struct RouteTable {
    /// What a request leads to.
    enum Match {
        /// This row answers.
        case route(Route)

        /// No row does, and this is what the client is told.
        case refusal(Response)
    }

    /// The rows, each path once.
    let rows: [Route]

    /// What can be done at any path.
    private let methods: [Request.Method]

    /// Makes a table; a path that stands twice belongs to its first row.
    init(_ rows: [Route]) {
        var kept: [Route] = []
        var methods: [Request.Method] = []
        for row in rows where !kept.contains(where: { $0.path == row.path }) {
            kept.append(row)
            methods.append(contentsOf: row.methods.filter { !methods.contains($0) })
        }
        self.rows = kept
        self.methods = methods
    }

    /// Looks a request up.
    ///
    /// - Parameters:
    ///   - path: the path as it was written; `%` escapes count as what they stand for.
    ///   - method: what is to be done there.
    ///   - isAuthenticated: whether the client has proved who it is.
    /// - Returns: the row that answers, or what to answer: 405 for a method that is served nowhere, 404 for an unknown
    ///   path, 405 for a method that this path does not have, 403 for what this client may not see.
    func match(path: Substring, method: Request.Method, isAuthenticated: Bool) -> Match {
        guard methods.contains(method) else { return .refusal(Self.notAllowed(methods)) }
        guard let route = route(at: path) else { return .refusal(notFound) }
        guard route.methods.contains(method) else { return .refusal(Self.notAllowed(route.methods)) }
        switch route.audience {
        case .anyone: return .route(route)
        case .authenticated where isAuthenticated: return .route(route)
        case .authenticated: return .refusal(.text(.forbidden, "only authenticated clients may see this"))
        }
    }

    private func route(at path: Substring) -> Route? {
        if let route = rows.first(where: { path == $0.path }) { return route }
        guard let decoded = PercentDecoding.decode(path, plusIsSpace: false) else { return nil }
        return rows.first { decoded == $0.path }
    }

    private var notFound: Response {
        .text(.notFound, "nothing here; there are \(Self.list(rows.map(\.path)))")
    }

    private static func notAllowed(_ methods: [Request.Method]) -> Response {
        let names = methods.map(\.rawValue)
        return .text(
            .methodNotAllowed, "only \(list(names)) \(names.count == 1 ? "is" : "are") served here",
            headers: "Allow: \(names.joined(separator: ", "))\r\n")
    }

    /// `a, b and c`.
    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
