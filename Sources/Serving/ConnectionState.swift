// SPDX-License-Identifier: Apache-2.0

/// Where the answering of a connection stands; what it reads is the business of its `RequestReader`.
enum ConnectionState {
    /// Nothing is being answered.
    case idle

    /// A page is being rendered; `overdue` is the monotonic time in nanoseconds at which it is given up.
    case waiting(PageDelivery, Request, overdue: UInt64)

    /// A response is on its way.
    case writing

    /// The last response is out, and the client's closing is waited for.
    case lingering

    /// The connection is gone.
    case closed
}
