// SPDX-License-Identifier: Apache-2.0

import CivilTime
import Testing

@Suite("Civil time")
struct UTCTimeTests {
    @Test(
        "seconds become the parts of a date and are made of them again",
        arguments: [
            (0, 1970, 1, 1, 0, 0, 0, 4), (951_782_399, 2000, 2, 28, 23, 59, 59, 1),
            (951_782_400, 2000, 2, 29, 0, 0, 0, 2), (1_709_251_199, 2024, 2, 29, 23, 59, 59, 4),
            (4_107_542_400, 2100, 3, 1, 0, 0, 0, 1), (-1, 1969, 12, 31, 23, 59, 59, 3),
            (-62_167_219_200, 0, 1, 1, 0, 0, 0, 6), (253_402_300_799, 9999, 12, 31, 23, 59, 59, 5),
        ] as [(Int64, Int, Int, Int, Int, Int, Int, Int)])
    func parts(
        seconds: Int64, year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int
    ) throws {
        let time = UTCTime(secondsSince1970: seconds)
        #expect(time.secondsSince1970 == seconds)
        #expect([time.year, time.month, time.day] == [year, month, day])
        #expect([time.hour, time.minute, time.second] == [hour, minute, second])
        #expect(time.weekday == weekday)
        let again = UTCTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        #expect(again == time)
    }

    @Test("every day of four centuries is found again, each one day after the last")
    func days() {
        var seconds = UTCTime(day: "1900-01-01")?.secondsSince1970 ?? 0
        var last = UTCTime(secondsSince1970: seconds - 86_400)
        for _ in 0..<146_097 {
            let time = UTCTime(secondsSince1970: seconds)
            if UTCTime(year: time.year, month: time.month, day: time.day) != time
                || time.weekday != (last.weekday + 1) % 7 || time.day != last.day + 1 && time.day != 1
            {
                Issue.record("\(time)")
                return
            }
            last = time
            seconds += 86_400
        }
        #expect(last.year == 2299)
    }

    @Test("times before year 0 and after year 9999 are the ends")
    func ends() {
        #expect(UTCTime(secondsSince1970: .min).year == 0)
        #expect(UTCTime(secondsSince1970: .max) == UTCTime(secondsSince1970: 253_402_300_799))
    }

    @Test("dates that no calendar has are none")
    func noDates() {
        #expect(UTCTime(year: 2023, month: 2, day: 29) == nil)
        #expect(UTCTime(year: 2100, month: 2, day: 29) == nil)
        #expect(UTCTime(year: 2023, month: 4, day: 31) == nil)
        for (year, month, day) in [
            (-1, 1, 1), (10_000, 1, 1), (2023, 0, 1), (2023, 13, 1), (2023, 1, 0), (2023, 1, 32),
        ] {
            #expect(UTCTime(year: year, month: month, day: day) == nil)
        }
        #expect(UTCTime(year: 2023, month: 1, day: 1, hour: 24) == nil)
        #expect(UTCTime(year: 2023, month: 1, day: 1, minute: 60) == nil)
        #expect(UTCTime(year: 2023, month: 1, day: 1, second: 60) == nil)
    }

    @Test("a day is read from its text, and nothing else is")
    func dayText() {
        #expect(UTCTime(day: "2028-06-30")?.secondsSince1970 == 1_845_936_000)
        #expect(UTCTime(day: "0000-01-01")?.secondsSince1970 == -62_167_219_200)
        for text in [
            "", "2028-6-30", "2028-06-31", "2028-06-30T", " 2028-06-30", "2028-06", "2028-06-30-1", "+028-06-30",
            "2028-0٣-30", "28-06-2030", "2028/06/30",
        ] {
            #expect(UTCTime(day: text) == nil, "\(text)")
        }
    }

    @Test("HTTP's form and that of logs are padded")
    func texts() {
        #expect(UTCTime(secondsSince1970: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(UTCTime(secondsSince1970: 784_111_777).timestamp(milliseconds: 7) == "1994-11-06T08:49:37.007Z")
        #expect(UTCTime(day: "0033-04-03")?.timestamp(milliseconds: 999) == "0033-04-03T00:00:00.999Z")
    }
}
