// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A time of the Gregorian calendar in UTC, to the second.
///
/// Source: gmtime_r(3) and timegm(3), which know no leap seconds.
public struct UTCTime: Sendable, Equatable {
    /// The first and the last second that have a year of four digits, in seconds since 1970.
    private static let earliest: Int64 = -62_167_219_200
    private static let latest: Int64 = 253_402_300_799

    private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The year, 0 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, 1 to 31.
    public let day: Int
    /// The hour, 0 to 23.
    public let hour: Int
    /// The minute, 0 to 59.
    public let minute: Int
    /// The second, 0 to 59.
    public let second: Int
    /// The day of the week, 0 (Sunday) to 6.
    public let weekday: Int
    /// The same time in seconds since 1970.
    public let secondsSince1970: Int64

    /// The time at a number of seconds since 1970; before year 0 and after 9999 it is the first and last second of
    /// those.
    public init(secondsSince1970 seconds: Int64) {
        let seconds = min(max(seconds, Self.earliest), Self.latest)
        var clock = time_t(seconds)
        var parts = unsafe tm()
        // The call fills the struct, keeps no pointer, and cannot fail for such years.
        unsafe gmtime_r(&clock, &parts)
        year = unsafe Int(parts.tm_year) + 1_900
        month = unsafe Int(parts.tm_mon) + 1
        day = unsafe Int(parts.tm_mday)
        hour = unsafe Int(parts.tm_hour)
        minute = unsafe Int(parts.tm_min)
        second = unsafe Int(parts.tm_sec)
        weekday = unsafe Int(parts.tm_wday)
        secondsSince1970 = seconds
    }

    /// The time of these parts; nil where there is none, such as 30 February.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        var parts = unsafe tm()
        unsafe parts.tm_year = Int32(year - 1_900)
        unsafe parts.tm_mon = Int32(month - 1)
        unsafe parts.tm_mday = Int32(day)
        unsafe parts.tm_hour = Int32(hour)
        unsafe parts.tm_min = Int32(minute)
        unsafe parts.tm_sec = Int32(second)
        // The call keeps no pointer; a day that the month does not have becomes one of the next month.
        self.init(secondsSince1970: Int64(unsafe timegm(&parts)))
        guard self.month == month, self.day == day else { return nil }
    }

    /// Midnight of a day written `2028-06-30`; nil for every other text.
    public init?(day text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Self.number(parts[0]), let month = Self.number(parts[1]), let day = Self.number(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The form of HTTP's `Date`: `Thu, 01 Jan 1970 00:00:00 GMT`; RFC 9110, 5.6.7.
    public var httpDate: String {
        let date = "\(Self.padded(day, 2)) \(Self.monthNames[month - 1]) \(Self.padded(year, 4))"
        return "\(Self.dayNames[weekday]), \(date) \(clock) GMT"
    }

    /// The form of logs: `1970-01-01T00:00:00.000Z`; RFC 3339.
    public func timestamp(milliseconds: Int) -> String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))T\(clock).\(Self.padded(milliseconds, 3))Z"
    }

    private var clock: String { "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))" }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// The number of a few digits; nil where another byte is among them.
    private static func number(_ digits: Substring.UTF8View) -> Int? {
        var number = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
