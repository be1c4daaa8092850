// SPDX-License-Identifier: Apache-2.0

/// What a renderer says to a request.
public enum PageAnswer: Sendable {
    /// The whole page in the format asked for.
    case page([UInt8])

    /// The request makes no sense, an unknown collector for instance: status 400, and the text is the body.
    case refused(String)
}
