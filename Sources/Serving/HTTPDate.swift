// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The `Date` header, formatted once a second.
struct HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

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
        let seconds = max(0, secondsSince1970)
        let day = seconds / 86_400
        let rest = seconds % 86_400
        // Days since 1 March of year 0, so that the leap day is the last of its year.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 2 : shiftedMonth - 10
        let year = era * 400 + yearOfEra + (month < 2 ? 1 : 0)
        let clock = "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(days[day % 7]), \(two(dayOfMonth)) \(months[month]) \(year) \(clock) GMT"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
