// SPDX-License-Identifier: Apache-2.0

/// A request with the connection that its response goes to.
struct Exchange {
    /// The request.
    let request: Request

    /// What stands behind the question mark of its target, nil where there is none.
    let query: Substring?

    /// Where the response goes.
    let connection: Connection

    /// Sends the response.
    func reply(_ response: Response) {
        connection.reply(response, to: request)
    }
}
