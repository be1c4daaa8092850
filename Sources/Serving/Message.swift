// SPDX-License-Identifier: Apache-2.0

/// A small answer: everything but a page of metrics.
struct Message {
    /// Its status.
    var status: Status

    /// Its `Content-Type`.
    var contentType = "text/plain; charset=utf-8"

    /// Further header lines, each with its line end.
    var headers = ""

    /// The body, which HEAD leaves out.
    var body: String

    /// A plain text with a line end behind it.
    static func text(_ status: Status, _ body: String, headers: String = "") -> Message {
        Message(status: status, headers: headers, body: body + "\n")
    }
}
