// SPDX-License-Identifier: Apache-2.0

/// The states of a connection: it reads and answers independently of each other.
enum ConnectionState {
    /// Where the reading stands.
    enum Input {
        /// No byte of the next request is there.
        case quiet

        /// A head has begun.
        case head

        /// A head is complete, its body may not be.
        case body(Request)

        /// What still comes is thrown away.
        case ignored
    }

    /// Where the answering stands.
    enum Output {
        /// Nothing is being answered.
        case idle

        /// A page is being rendered; `overdue` is the monotonic time at which it is given up.
        case waiting(PageDelivery, Request, overdue: UInt64)

        /// An answer is on its way.
        case writing

        /// The last answer is out, and the client's closing is waited for.
        case lingering

        /// The connection is gone.
        case closed
    }

    /// What is answered in its turn.
    enum Work {
        /// A request.
        case request(Request)

        /// Something that is no request that could be answered.
        case refusal(Response)
    }
}
