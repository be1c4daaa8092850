// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1

extension Response {
    /// What a client is told whose bytes the decoder does not understand.
    static func refusal(of error: HTTPParserError) -> Response {
        switch error {
        case .headerOverflow: .text(.headerFieldsTooLarge, "the request's head is too large")
        case .invalidVersion: .text(.versionNotSupported, "this server speaks HTTP/1.0 and HTTP/1.1")
        default: .text(.badRequest, "this is no HTTP request")
        }
    }
}
