// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// What the NTP server of this host says of its clock.
///
/// Source: one question by UDP, RFC 5905.
struct NTPCollector: Collector {
    enum Metric: Int, FamilyKey {
        case stratum, leap, roundTrip, offset, reference, rootDelay, rootDispersion, sanity

        var family: MetricFamily {
            switch self {
            case .stratum: gauge("stratum", "Steps from the server to a primary clock; 16 and above are not in step.")
            case .leap:
                gauge("leap", "Leap second at the end of the day: 0 none, 1 added, 2 left out; 3 for not in step.")
            case .roundTrip: gauge("rtt_seconds", "Time that a question and its answer were on their way.")
            case .offset: gauge("offset_seconds", "Time that the server's clock is ahead of this host's.")
            case .reference: gauge("reference_timestamp_seconds", "Unix time at which the server's clock was set last.")
            case .rootDelay: gauge("root_delay_seconds", "Time to the primary clock and back.")
            case .rootDispersion: gauge("root_dispersion_seconds", "Greatest error of the server to the primary clock.")
            case .sanity:
                gauge(
                    "sanity",
                    "1 where the server is in step, near enough to its primary clock, and at one with this host's clock."
                )
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily { .gauge("node_ntp_" + name, [], help) }
    }

    static let server = Flag.text(
        "collector.ntp.server", default: "127.0.0.1", help: "The NTP server to ask, a loopback address by default.")
    static let port = Flag.integer(
        "collector.ntp.server-port", default: 123, in: 1...65_535, help: "The UDP port of the server.")
    static let version = Flag.integer(
        "collector.ntp.protocol-version", default: 4, in: 2...4, help: "The version of the protocol.")
    static let isLocal = Flag.toggle(
        "collector.ntp.server-is-local", help: "Certify that a server at another address is no public one.")
    static let timeToLive = Flag.integer(
        "collector.ntp.ip-ttl", default: 1, in: 0...255,
        help: "How many hops the question may take; 0 for what the system has.")
    static let longestDistance = Flag.duration(
        "collector.ntp.max-distance", defaultNanoseconds: 3_466_080_000,
        help: "Greatest distance to the primary clock that is sane.")
    static let tolerance = Flag.duration(
        "collector.ntp.local-offset-tolerance", defaultNanoseconds: 1_000_000,
        help: "How far the server's clock and this host's may be apart to be sane.")

    static let descriptor = CollectorDescriptor(
        name: "ntp", group: .system, isDefault: false, help: "The clock of the NTP server of this host.",
        reads: ["one question by UDP to the NTP server"], lane: .own,
        flags: [server, port, version, isLocal, timeToLive, longestDistance, tolerance],
        shareNanoseconds: 1_300_000_000)

    private static let patienceNanoseconds: UInt64 = 1_000_000_000
    private static let day = 86_400 * NTPReply.second

    private let host: String
    private let port: UInt16
    private let version: Int
    private let hops: Int
    private let longestDistance: Int64
    private let tolerance: Int64
    /// The end of the last day of which the server said that it has a leap second.
    private var leapMidnight: Int64?

    init(context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        host = options[Self.server]
        guard options[Self.isLocal] || Self.isLoopback(host) else {
            throw ConfigurationError(
                flag: Self.server.descriptor.name,
                "takes a loopback address such as 127.0.0.1; --collector.ntp.server-is-local certifies another one")
        }
        port = UInt16(clamping: options[Self.port])
        version = options[Self.version]
        hops = options[Self.timeToLive]
        longestDistance = Int64(clamping: options[Self.longestDistance])
        tolerance = Int64(clamping: options[Self.tolerance])
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.") && SocketAddress.isIPv4(host)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let address = SocketAddress.addresses(ofHost: host).first else {
            return .noDevice("nobody knows a host \(host)")
        }
        let answer: NTPReply?
        do throws(SocketError) {
            answer = try ask(.udp(host: address, port: port))
        } catch {
            guard error.errno == ECONNREFUSED else { throw CollectorError(error, asking: "NTP server") }
            return .noDevice("no NTP server at \(host), port \(port)")
        }
        guard let answer else { throw .malformed(path: "NTP server", what: "no answer to what was asked") }
        write(answer, into: &writer)
        return .available
    }

    /// Sends the question and waits for its answer; nil where something else came.
    private func ask(_ address: SocketAddress) throws(SocketError) -> NTPReply? {
        let deadline = BlockingSocket.now &+ Self.patienceNanoseconds
        let socket = try BlockingSocket(connectedTo: address, deadline: deadline)
        if hops > 0 { try socket.limitHops(to: hops) }
        let cookie = UInt64.random(in: 1 ... .max)
        let asked = NTPTime(nanoseconds: WallClock.nanoseconds())
        let start = BlockingSocket.now
        try socket.send(NTPReply.question(version: version, cookie: cookie), deadline: deadline)
        var bytes: [UInt8] = []
        try socket.receive(atMost: 1_024, into: &bytes, deadline: deadline)
        // A clock that is set meanwhile must not count as time on the way.
        let answered = NTPTime(nanoseconds: asked.nanoseconds &+ Int64(BlockingSocket.now &- start))
        return NTPReply(bytes, cookie: cookie, asked: asked, answered: answered)
    }

    private mutating func write(_ answer: NTPReply, into writer: inout Writer) {
        writer.write(.stratum, UInt64(answer.stratum))
        writer.write(.leap, UInt64(answer.leap))
        writer.write(.roundTrip, Self.seconds(answer.roundTrip))
        writer.write(.offset, Self.seconds(answer.offset))
        if let reference = answer.reference { writer.write(.reference, Self.seconds(reference.nanoseconds)) }
        writer.write(.rootDelay, Self.seconds(answer.rootDelay))
        writer.write(.rootDispersion, Self.seconds(answer.rootDispersion))
        writer.write(.sanity, isSane(answer))
    }

    private static func seconds(_ nanoseconds: Int64) -> SampleValue {
        nanoseconds < 0 ? .real(Double(nanoseconds) / 1e9) : .decimal(UInt64(nanoseconds), scale: 9)
    }

    private mutating func isSane(_ answer: NTPReply) -> Bool {
        let now = answer.transmitted.nanoseconds
        // Servers drop the flag at midnight, and some spread the second over the hours around it.
        if answer.leap == 1 || answer.leap == 2 { leapMidnight = (now / Self.day + 1) * Self.day }
        let isLeapNear = leapMidnight.map { abs(now - $0) < Self.day } ?? false
        let tolerance = isLeapNear ? self.tolerance &+ NTPReply.second : self.tolerance
        return answer.isInStep && answer.rootDistance <= longestDistance && answer.leastError <= tolerance
    }
}
