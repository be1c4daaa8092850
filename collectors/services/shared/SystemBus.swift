// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import SDBus

/// The way to a service of the system's message bus: libsystemd, and a connection that is kept from scrape to scrape.
///
/// Nothing is opened before the first question, and what failed is tried again at the next.
struct SystemBus: ~Copyable {
    /// Where a connection leads.
    struct Address {
        /// As D-Bus writes it: `unix:path=/run/dbus/system_bus_socket`.
        let text: String
        /// False for a service that listens there itself.
        let isBus: Bool

        /// The system's bus: a flag's value, or where it is empty what the environment says, or its usual place.
        static func systemBus(_ flag: String) -> Address {
            let named = unsafe getenv("DBUS_SYSTEM_BUS_ADDRESS").map { unsafe String(cString: $0) }
            let usual = "unix:path=/run/dbus/system_bus_socket"
            return Address(text: flag.isEmpty ? named ?? usual : flag, isBus: true)
        }
    }

    /// How long all questions of a scrape may take.
    static let patienceNanoseconds: UInt64 = 2_000_000_000
    /// What a collector that asks over the bus wants as its share of time: a little more than it may wait itself.
    static let shareNanoseconds: UInt64 = 2_300_000_000

    /// What is to be tried, in this order.
    let addresses: [Address]
    /// False where the other side sends signals to everybody who is connected, which would pile up between scrapes.
    let isKept: Bool

    private var library: SDBusLibrary?
    private var connection: SDBusConnection?

    init(_ addresses: [Address], isKept: Bool = true) {
        self.addresses = addresses
        self.isKept = isKept
    }

    /// Asks and hands out the answers, see `SDBusConnection.exchange`.
    ///
    /// A kept connection that was lost in the meantime is made anew. After an error, and where it is not to be kept, the
    /// next question makes another one.
    mutating func exchange(
        _ count: Int, deadline: UInt64, call: (Int) -> SDBusCall, receive: (Int, borrowing SDBusMessage) -> Void
    ) throws(SDBusError) {
        let isOld = connection != nil
        var isAnswered = false
        do throws(SDBusError) {
            try connect()
            try connection?.exchange(count, deadline: deadline, call: call) { number, answer in
                isAnswered = true
                receive(number, answer)
            }
        } catch {
            connection = nil
            guard isOld, !isAnswered, error != .connection(errno: ETIMEDOUT) else { throw error }
            try exchange(count, deadline: deadline, call: call, receive: receive)
        }
    }

    /// To be called when all has been asked.
    mutating func finish() {
        if !isKept { connection = nil }
    }

    /// What an error means to a collector: nothing there, no right, or a fault.
    func availability(_ error: SDBusError) throws(CollectorError) -> Availability {
        let place = addresses.last?.text ?? ""
        if case .notLoadable(let reason) = error { return .absent(Absence(.libraryMissing, reason)) }
        if error.isPermission { return .absent(Absence(.noPermission, "\(place): \(error)")) }
        if error.isAbsence { return .noDevice("\(place): \(error)") }
        throw .other("\(place): \(error)")
    }

    private mutating func connect() throws(SDBusError) {
        if connection != nil { return }
        let library: SDBusLibrary
        if let opened = self.library { library = opened } else { library = try SDBusLibrary() }
        self.library = library
        var failure = SDBusError.connection(errno: ENOENT)
        for address in addresses {
            do throws(SDBusError) {
                connection = try SDBusConnection(library, address: address.text, isBus: address.isBus)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
