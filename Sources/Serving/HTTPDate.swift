// SPDX-License-Identifier: Apache-2.0

import CivilTime
import Glibc

/// The `Date` header, formatted once a second.
struct HTTPDate {
    private var second = -1
    private var line: [UInt8] = []

    /// The header line with its line end, for now.
    mutating func current() -> [UInt8] {
        let now = time(nil)
        if now != second {
            second = now
            line = Array("Date: \(Self.format(now))\r\n".utf8)
        }
        return line
    }

    /// The text for a time, `Thu, 01 Jan 1970 00:00:00 GMT` for 0 and for everything before.
    static func format(_ secondsSince1970: Int) -> String {
        UTCTime(secondsSince1970: Int64(max(0, secondsSince1970))).httpDate
    }
}
