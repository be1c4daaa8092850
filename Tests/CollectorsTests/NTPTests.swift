// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors

/// Answers of NTP servers, and which servers may be asked.
@Suite struct NTPTests {
    /// A time that begins an NTP second: 2026-01-01 00:00:00 UTC.
    private static let newYear = NTPTime(nanoseconds: 1_767_225_600 * NTPReply.second)

    /// An answer whose parts are set one by one.
    private struct Answer {
        var first: UInt8 = 0 << 6 | 4 << 3 | 4
        var stratum: UInt8 = 2
        var rootDelay: UInt32 = 0
        var rootDispersion: UInt32 = 0
        var cookie: UInt64 = 77
        /// Nanoseconds after New Year.
        var reference: Int64? = -60 * NTPReply.second
        var received: Int64 = 1_000_000
        var transmitted: Int64 = 1_500_000
        var answered: Int64 = 2_500_000

        private static func stamp(_ nanoseconds: Int64?) -> UInt64 {
            guard let nanoseconds else { return 0 }
            let time = NTPTests.newYear.nanoseconds + nanoseconds
            let fraction = (UInt64(time % NTPReply.second) << 32) / UInt64(NTPReply.second)
            return UInt64(time / NTPReply.second + 2_208_988_800) << 32 | fraction
        }

        var bytes: [UInt8] {
            func big<N: FixedWidthInteger>(_ value: N) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
            return [first, stratum, 6, 0xE9] + big(rootDelay) + big(rootDispersion) + [127, 0, 0, 1]
                + big(Self.stamp(reference)) + big(cookie) + big(Self.stamp(received)) + big(Self.stamp(transmitted))
        }

        var reply: NTPReply? {
            let answered = NTPTime(nanoseconds: NTPTests.newYear.nanoseconds + answered)
            return NTPReply(bytes, cookie: 77, asked: NTPTests.newYear, answered: answered)
        }
    }

    @Test("round trip and offset follow from the four times")
    func times() throws {
        // There in 1 ms, half a millisecond at the server, back in 1 ms.
        let even = try #require(Answer().reply)
        #expect(abs(even.roundTrip - 2_000_000) <= 2)
        #expect(abs(even.offset) <= 2)
        #expect(even.leastError == 0)
        let ahead = try #require(Answer(received: 11_000_000, transmitted: 11_500_000).reply)
        #expect(abs(ahead.offset - 10_000_000) <= 2)
        #expect(abs(ahead.leastError - 9_000_000) <= 2)
        let behind = try #require(Answer(received: -3_000_000, transmitted: -2_500_000).reply)
        #expect(abs(behind.offset + 4_000_000) <= 2)
        #expect(abs(behind.leastError - 3_000_000) <= 2)
        // A server's times that are longer apart than question and answer.
        #expect(try #require(Answer(received: 0, transmitted: 9_000_000).reply).roundTrip == 0)
    }

    @Test("delay and dispersion have seconds and their binary fraction")
    func short() throws {
        let reply = try #require(Answer(rootDelay: 0x0000_8000, rootDispersion: 0x0001_4000).reply)
        #expect(reply.rootDelay == 500_000_000)
        #expect(reply.rootDispersion == 1_250_000_000)
        #expect(abs(reply.rootDistance - 1_501_000_000) <= 2)
    }

    @Test("what is no answer to the question is none")
    func noAnswer() {
        #expect(Answer(cookie: 78).reply == nil)
        #expect(Answer(first: 4 << 3 | 3).reply == nil)
        #expect(Answer(first: 4 << 3 | 5).reply == nil)
        #expect(Answer(received: 2_000_000, transmitted: 1_000_000).reply == nil)
        let bytes = Answer().bytes
        for length in [0, 1, 47] {
            let asked = Self.newYear
            #expect(NTPReply(Array(bytes.prefix(length)), cookie: 77, asked: asked, answered: asked) == nil)
        }
    }

    @Test("a server is in step where all that it says agrees")
    func inStep() throws {
        #expect(try #require(Answer().reply).isInStep)
        #expect(try #require(Answer(stratum: 15).reply).isInStep)
        let others = [
            Answer(first: 3 << 6 | 4 << 3 | 4), Answer(stratum: 0), Answer(stratum: 16), Answer(reference: nil),
            // Set in the future, and too long ago.
            Answer(reference: NTPReply.second), Answer(reference: -131_073 * NTPReply.second),
            Answer(rootDelay: 33 << 16), Answer(rootDispersion: 17 << 16),
        ]
        for other in others { #expect(try !#require(other.reply).isInStep) }
    }

    @Test("times before 1970 are of the next era, and zero is no time")
    func eras() {
        #expect(NTPTime(0) == nil)
        #expect(NTPTime(2_208_988_800 << 32) == NTPTime(nanoseconds: 0))
        #expect(NTPTime(2_208_988_799 << 32) == NTPTime(nanoseconds: ((1 << 32) - 1) * NTPReply.second))
        #expect(NTPTime(2_208_988_800 << 32 | 1 << 31) == NTPTime(nanoseconds: 500_000_000))
    }

    @Test("a question has the version that is wanted, and the cookie where answers repeat it from")
    func question() {
        let bytes = NTPReply.question(version: 3, cookie: 0x0102_0304_0506_0708)
        #expect(bytes.count == 48)
        #expect(bytes[0] == 0b1101_1011)
        #expect(Array(bytes[40...]) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(bytes[1..<40].allSatisfy { $0 == 0 })
    }

    @Test(
        "only a server of this host may be asked, unless somebody certifies another one",
        arguments: [
            ("127.0.0.1", true), ("127.8.9.10", true), ("::1", true), ("localhost", true), ("127.evil.example", false),
            ("192.0.2.1", false), ("ntp.example", false), ("", false),
        ])
    func servers(host: String, isAllowed: Bool) throws {
        let context = { (given: [String: [String]]) in
            CollectorContext(roots: .nowhere, options: Options(given: given), sources: Sources())
        }
        let given = ["collector.ntp.server": [host]]
        if isAllowed {
            _ = try NTPCollector(context: context(given))
        } else {
            #expect(throws: ConfigurationError.self) { try NTPCollector(context: context(given)) }
        }
        let certified = given.merging(["collector.ntp.server-is-local": ["true"]]) { $1 }
        _ = try NTPCollector(context: context(certified))
    }
}
