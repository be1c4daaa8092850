// SPDX-License-Identifier: Apache-2.0

/// A time stamp of NTP, in nanoseconds of Unix time.
///
/// Source: RFC 5905, section 6.
struct NTPTime: Equatable, Comparable {
    /// Nanoseconds since 1970.
    let nanoseconds: Int64

    /// Seconds from 1900, the beginning of NTP's first era, to 1970.
    private static let unixEpoch: Int64 = 2_208_988_800
    /// Half of a second's binary fraction, which rounds.
    private static let half: UInt64 = 1 << 31

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Takes seconds and their binary fraction of 32 bits each; nil for zero, which says that the time is not known.
    ///
    /// What would lie before 1970 is of the next era, which begins in 2036.
    init?(_ stamp: UInt64) {
        guard stamp != 0 else { return nil }
        var seconds = Int64(stamp >> 32) - Self.unixEpoch
        if seconds < 0 { seconds += 1 << 32 }
        let fraction = ((stamp & 0xFFFF_FFFF) * 1_000_000_000 + Self.half) >> 32
        nanoseconds = seconds * 1_000_000_000 + Int64(fraction)
    }

    static func < (left: NTPTime, right: NTPTime) -> Bool { left.nanoseconds < right.nanoseconds }

    static func - (left: NTPTime, right: NTPTime) -> Int64 { left.nanoseconds - right.nanoseconds }
}

/// What a server answered to one question, and what follows from it.
///
/// Source: RFC 5905, section 7.3.
struct NTPReply {
    /// 0 no warning, 1 the last minute has 61 seconds, 2 it has 59, 3 not in step.
    let leap: UInt8
    /// 1 for a server with a clock of its own, one more for each step away from it, 16 and above for not in step.
    let stratum: UInt8
    /// Nanoseconds of the way to the primary clock and back.
    let rootDelay: Int64
    /// Greatest error to the primary clock, in nanoseconds.
    let rootDispersion: Int64
    /// When the server's clock was set last; nil where it does not say.
    let reference: NTPTime?
    /// When the server got the question.
    let received: NTPTime
    /// When the server sent the answer.
    let transmitted: NTPTime
    /// When the question was sent, by the clock of this host.
    let asked: NTPTime
    /// When the answer came, by the clock of this host.
    let answered: NTPTime

    /// A second; all times here count in nanoseconds.
    static let second: Int64 = 1_000_000_000
    /// How long a packet is without extensions.
    static let length = 48

    /// The bytes of a question in a version of the protocol, which an answer has to repeat the cookie of.
    static func question(version: Int, cookie: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        // Not in step, client.
        bytes[0] = 3 << 6 | UInt8(truncatingIfNeeded: version & 7) << 3 | 3
        for at in 0..<8 { bytes[40 + at] = UInt8(truncatingIfNeeded: cookie >> UInt64(56 - 8 * at)) }
        return bytes
    }

    /// Takes an answer apart; nil where it is none to the question with this cookie.
    init?(_ bytes: [UInt8], cookie: UInt64, asked: NTPTime, answered: NTPTime) {
        func number(_ start: Int, _ count: Int) -> UInt64 {
            bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
        }
        // Mode 4 is a server's.
        guard bytes.count >= Self.length, bytes[0] & 7 == 4, number(24, 8) == cookie,
            let received = NTPTime(number(32, 8)), let transmitted = NTPTime(number(40, 8)), received <= transmitted
        else { return nil }
        leap = bytes[0] >> 6
        stratum = bytes[1]
        rootDelay = Self.short(number(4, 4))
        rootDispersion = Self.short(number(8, 4))
        reference = NTPTime(number(16, 8))
        self.received = received
        self.transmitted = transmitted
        self.asked = asked
        self.answered = answered
    }

    /// Seconds and their binary fraction of 16 bits each, in nanoseconds.
    private static func short(_ value: UInt64) -> Int64 {
        Int64((value * 1_000_000_000 + 1 << 15) >> 16)
    }

    /// Nanoseconds of the way there and back.
    var roundTrip: Int64 { max(0, (answered - asked) - (transmitted - received)) }

    /// Nanoseconds that the server's clock is ahead of this host's.
    var offset: Int64 { ((received - asked) + (transmitted - answered)) / 2 }

    /// Nanoseconds that one of the clocks is wrong at least: where an answer came before it was sent, or a question was
    /// sent after it came.
    var leastError: Int64 { max(0, asked - received, transmitted - answered) }

    /// Greatest distance to the primary clock in nanoseconds.
    var rootDistance: Int64 { (roundTrip + rootDelay) / 2 + rootDispersion }

    /// True where the server says of itself that it is in step, and nothing that it says contradicts it.
    var isInStep: Bool {
        guard let reference, leap != 3, stratum >= 1, stratum < 16 else { return false }
        let age = transmitted - reference
        // The longest time between two settings of a clock, 2^17 s, and the greatest dispersion, 16 s.
        return age >= 0 && age <= 1 << 17 * Self.second && rootDelay / 2 + rootDispersion <= 16 * Self.second
    }
}
