// SPDX-License-Identifier: Apache-2.0

/// What comes of a request for a page.
public enum PageAnswer: Sendable, Hashable {
    /// The whole page in the format asked for.
    case page([UInt8])

    /// The request names a collector that is unknown or not enabled; one sentence that says so.
    case refused(String)
}
