// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import SDBus

/// Sessions of users who are logged in.
///
/// Source: org.freedesktop.login1(5) over the system's message bus.
struct LogindCollector: Collector, ~Copyable {
    enum Metric: Int, FamilyKey {
        case sessions

        var family: MetricFamily {
            .gauge(
                "node_logind_sessions", ["class", "remote", "seat", "type"],
                "Sessions of a seat (none for remote ones) by what they are; other is what has no name here.")
        }
    }

    static let busAddress = Flag.text(
        "collector.logind.bus-address",
        help: "Where the system's bus is, as D-Bus writes it; empty for $DBUS_SYSTEM_BUS_ADDRESS or the usual place.")

    static let descriptor = CollectorDescriptor(
        name: "logind", group: .services, isDefault: false, help: "Sessions of users by seat, type and class.",
        reads: ["org.freedesktop.login1 over the system's D-Bus (libsystemd)"], lane: .own, flags: [busAddress],
        shareNanoseconds: SystemBus.shareNanoseconds)

    private static let service = "org.freedesktop.login1"
    private static let manager = "org.freedesktop.login1.Manager"
    private static let session = "org.freedesktop.login1.Session"
    /// What is known of a session, and asked for by itself.
    private static let properties = ["Remote", "Type", "Class"]
    private static let remotes: [StaticString] = ["true", "false"]
    private static let types: [StaticString] = ["other", "unspecified", "tty", "x11", "wayland", "mir", "web"]
    private static let classes: [StaticString] = ["other", "user", "greeter", "lock-screen", "background"]

    /// A session, with what has been answered of it.
    private struct Session {
        let path: String
        let seat: String
        var remote: Int?
        var type: Int?
        var kind: Int?
    }

    /// Seats and sessions of a scrape.
    private struct Listing {
        var seats: [String] = []
        var sessions: [Session] = []
    }

    private var bus: SystemBus
    private var listing = Listing()
    private var counts: [Int] = []

    init(context: CollectorContext) {
        bus = SystemBus([.systemBus(context.options[Self.busAddress])])
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let deadline = Clock.monotonicNanoseconds() &+ SystemBus.patienceNanoseconds
        do throws(SDBusError) {
            try Self.list(&listing, &bus, deadline: deadline)
            try Self.askSessions(&listing, &bus, &writer, deadline: deadline)
        } catch {
            return try bus.availability(error)
        }
        write(into: &writer)
        return .available
    }

    /// Asks for the lists of seats and sessions.
    private static func list(
        _ listing: inout Listing, _ bus: inout SystemBus, deadline: UInt64
    ) throws(SDBusError) {
        listing.seats.removeAll(keepingCapacity: true)
        listing.sessions.removeAll(keepingCapacity: true)
        var failure: SDBusError?
        try bus.exchange(2, deadline: deadline) { number in
            SDBusCall(service, "/org/freedesktop/login1", manager, number == 0 ? "ListSeats" : "ListSessions")
        } receive: { number, answer in
            if let refusal = answer.refusal {
                failure = failure ?? refusal
            } else if number == 0 {
                if !takeSeats(answer, &listing) { failure = failure ?? .unexpected(member: "ListSeats") }
            } else if !takeSessions(answer, &listing) {
                failure = failure ?? .unexpected(member: "ListSessions")
            }
        }
        if let failure { throw failure }
        // That of sessions without a seat, over SSH for example.
        listing.seats.append("")
    }

    private static func takeSeats(_ answer: borrowing SDBusMessage, _ listing: inout Listing) -> Bool {
        guard answer.enterArray(of: "(so)") else { return false }
        while answer.enterStructure(of: "so") {
            guard let seat = answer.string() else { return false }
            listing.seats.append(seat.text)
            answer.skip("o")
            answer.leave()
        }
        return true
    }

    private static func takeSessions(_ answer: borrowing SDBusMessage, _ listing: inout Listing) -> Bool {
        guard answer.enterArray(of: "(susso)") else { return false }
        while answer.enterStructure(of: "susso") {
            guard answer.skip("sus"), let seat = answer.string(), let path = answer.objectPath() else { return false }
            listing.sessions.append(Session(path: path.text, seat: seat.text))
            answer.leave()
        }
        return true
    }

    /// Asks for the properties of all sessions.
    private static func askSessions(
        _ listing: inout Listing, _ bus: inout SystemBus, _ writer: inout Writer, deadline: UInt64
    ) throws(SDBusError) {
        try bus.exchange(listing.sessions.count * properties.count, deadline: deadline) { number in
            SDBusCall(
                propertyOf: service, listing.sessions[number / properties.count].path, session,
                properties[number % properties.count])
        } receive: { number, answer in
            let at = number / properties.count
            if let refusal = answer.refusal {
                // What has just ended is no session any more.
                if refusal.isPermission { writer.refuseItem("\(listing.sessions[at].path): \(refusal)") }
                return
            }
            let property = number % properties.count
            switch property {
            case 0: listing.sessions[at].remote = remote(answer)
            case 1: listing.sessions[at].type = word(answer, of: types)
            default: listing.sessions[at].kind = word(answer, of: classes)
            }
            let isTaken =
                [listing.sessions[at].remote, listing.sessions[at].type, listing.sessions[at].kind][property] != nil
            if !isTaken { writer.loseItem("\(listing.sessions[at].path): \(properties[property]) has another type") }
        }
    }

    private static func remote(_ answer: borrowing SDBusMessage) -> Int? {
        guard answer.enterVariant(of: "b"), let isRemote = answer.boolean() else { return nil }
        return isRemote ? 0 : 1
    }

    /// The place of a text among words, the first of which stands for all others.
    private static func word(_ answer: borrowing SDBusMessage, of words: [StaticString]) -> Int? {
        guard answer.enterVariant(of: "s"), let text = answer.string() else { return nil }
        return words.firstIndex { text == $0 } ?? 0
    }

    /// Writes how many sessions there are of each kind that can be, none included.
    private mutating func write(into writer: inout Writer) {
        let (seats, types) = (listing.seats, Self.types)
        counts = Array(repeating: 0, count: Self.classes.count * Self.remotes.count * seats.count * types.count)
        for session in listing.sessions {
            guard let kind = session.kind, let remote = session.remote, let type = session.type,
                let seat = seats.firstIndex(of: session.seat)
            else { continue }
            counts[((kind * Self.remotes.count + remote) * seats.count + seat) * types.count + type] += 1
        }
        var next = 0
        for className in Self.classes {
            for remote in Self.remotes {
                for seat in seats {
                    for type in types {
                        let labels = writer.labels {
                            $0.add("class", className)
                            $0.add("remote", remote)
                            $0.add("seat", seat)
                            $0.add("type", type)
                        }
                        writer.write(.sessions, labels, counts[next])
                        next += 1
                    }
                }
            }
        }
    }
}
