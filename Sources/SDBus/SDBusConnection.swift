// SPDX-License-Identifier: Apache-2.0

internal import CSDBus
import Glibc

/// A method to be called, with up to two arguments of type string.
public struct SDBusCall: Sendable {
    /// The name of the service, for example `org.freedesktop.systemd1`.
    public let destination: String
    /// The path of the object.
    public let path: String
    /// The interface that the method belongs to.
    public let interface: String
    /// The method.
    public let member: String
    let first: String?
    let second: String?

    /// A method without arguments.
    public init(_ destination: String, _ path: String, _ interface: String, _ member: String) {
        (self.destination, self.path, self.interface, self.member) = (destination, path, interface, member)
        (first, second) = (nil, nil)
    }

    /// A question for a property of an object's interface, whose answer is a variant.
    public init(propertyOf destination: String, _ path: String, _ interface: String, _ property: String) {
        (self.destination, self.path) = (destination, path)
        (self.interface, member) = ("org.freedesktop.DBus.Properties", "Get")
        (first, second) = (interface, property)
    }
}

/// A connection to a message bus, or to one service alone.
///
/// Nothing in it waits longer than a deadline, which is in nanoseconds of CLOCK_MONOTONIC. After an error that is no
/// answer of the other side it is of no further use.
@safe
public struct SDBusConnection: ~Copyable {
    /// Calls that may be on their way at once: enough that no time is lost, and far below what brokers allow.
    private static let window = 64

    private let library: SDBusLibrary
    private let pointer: OpaquePointer
    /// The numbers of the calls of an exchange.
    private var cookies: [UInt64] = []

    /// Begins a connection to an address such as `unix:path=/run/dbus/system_bus_socket`; with `isBus` to a message bus,
    /// else to a service that listens there itself.
    ///
    /// - Throws: `SDBusError.connection` where nobody listens.
    public init(_ library: SDBusLibrary, address: String, isBus: Bool) throws(SDBusError) {
        var opened: OpaquePointer?
        let result = unsafe csdbus_connect(library.pointer, address, isBus ? 1 : 0, &opened)
        guard let opened = unsafe opened else { throw .connection(errno: -result) }
        unsafe pointer = opened
        self.library = library
    }

    deinit {
        unsafe csdbus_disconnect(library.pointer, pointer)
    }

    /// Calls methods and hands out their answers, mostly in their order: what the other side says of one does not wait
    /// for another.
    ///
    /// `call` makes each of `count` calls by its number, from 0; `receive` takes an answer, an error of the other side
    /// included, with the number of its call.
    ///
    /// - Throws: `SDBusError.connection` where not all answers came before the deadline.
    public mutating func exchange(
        _ count: Int, deadline: UInt64, call: (Int) -> SDBusCall, receive: (Int, borrowing SDBusMessage) -> Void
    ) throws(SDBusError) {
        cookies.removeAll(keepingCapacity: true)
        var received = 0
        while received < count {
            while cookies.count < count, cookies.count - received < Self.window {
                cookies.append(try send(call(cookies.count)))
            }
            let answer = try self.receive(deadline)
            guard let number = number(of: answer.cookie, expected: received) else { continue }
            received += 1
            receive(number, answer)
        }
    }

    /// The number of the call that a cookie is of; nil where it is none of this exchange.
    private func number(of cookie: UInt64, expected: Int) -> Int? {
        if expected < cookies.count, cookies[expected] == cookie { return expected }
        return cookies.firstIndex(of: cookie)
    }

    private func send(_ call: SDBusCall) throws(SDBusError) -> UInt64 {
        var cookie: UInt64 = 0
        // The library copies the texts into its message.
        let result = unsafe call.destination.withCString { destination in
            unsafe call.path.withCString { path in
                unsafe call.interface.withCString { interface in
                    unsafe call.member.withCString { member in
                        unsafe Self.withCString(call.first) { first in
                            unsafe Self.withCString(call.second) { second in
                                var call = unsafe csdbus_call(
                                    destination: destination, path: path, interface: interface, member: member,
                                    first: first, second: second)
                                return unsafe csdbus_send(library.pointer, pointer, &call, &cookie)
                            }
                        }
                    }
                }
            }
        }
        guard result >= 0 else { throw .connection(errno: -result) }
        return cookie
    }

    private func receive(_ deadline: UInt64) throws(SDBusError) -> SDBusMessage {
        var message: OpaquePointer?
        var cookie: UInt64 = 0
        let result = unsafe csdbus_receive(library.pointer, pointer, deadline / 1_000, &message, &cookie)
        guard let message = unsafe message else { throw .connection(errno: -result) }
        return unsafe SDBusMessage(library, message, cookie: cookie)
    }

    private static func withCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return unsafe text.withCString { unsafe body($0) }
    }
}
