// SPDX-License-Identifier: Apache-2.0

/// A response whose body is a text: everything but a page of metrics.
struct Response {
    /// Its status.
    var status: Status

    /// Its `Content-Type`.
    var contentType = "text/plain; charset=utf-8"

    /// Further header lines, each with its line end.
    var headers = ""

    /// The body, which HEAD leaves out.
    var body: String

    /// A plain text, to which a line end is added.
    static func text(_ status: Status, _ body: String, headers: String = "") -> Response {
        Response(status: status, headers: headers, body: body + "\n")
    }

    /// A page of HTML.
    static func html(_ body: String) -> Response {
        Response(status: .ok, contentType: "text/html; charset=utf-8", body: body)
    }
}
