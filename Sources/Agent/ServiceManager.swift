// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What systemd wants to know and hands over: sd_notify(3) and sd_listen_fds(3) without their library.
///
/// Without systemd all of it does nothing.
package struct ServiceManager: Sendable {
    /// Where inherited descriptors begin.
    private static let firstDescriptor: CInt = 3

    /// The path of the socket, where a leading `@` stands for the zero byte of an abstract one.
    private let socketPath: String?
    /// Within which time it wants to hear of us; nil where it does not watch.
    private let watchdogNanoseconds: UInt64?

    /// What the environment says; tests hand in one of their own.
    package init(variable: (String) -> String? = ServiceManager.variable) {
        let path = variable("NOTIFY_SOCKET") ?? ""
        socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
        let isOurs = variable("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
        let microseconds = isOurs ? variable("WATCHDOG_USEC").flatMap { UInt64($0) } ?? 0 : 0
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1_000)
        watchdogNanoseconds = microseconds > 0 && !overflow ? nanoseconds : nil
    }

    /// How often the event loop has to call: three times in what the watchdog allows, and every 5 s at least.
    package var beat: Duration {
        guard let watchdogNanoseconds else { return .nanoseconds(Int64(ScraperRenderer.samplingNanoseconds)) }
        let third = max(100_000_000, watchdogNanoseconds / 3)
        return .nanoseconds(Int64(min(third, ScraperRenderer.samplingNanoseconds)))
    }

    /// Says that the event loop lives, where that is watched.
    package func feedWatchdog() {
        if watchdogNanoseconds != nil { tell("WATCHDOG=1") }
    }

    /// Sends assignments as one datagram, without ever waiting.
    package func tell(_ text: String) {
        guard let socketPath else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        // An abstract name ends with the address, one in the file system with a zero.
        let length = MemoryLayout<sa_family_t>.size + path.count + (path.first == 0 ? 0 : 1)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bytes.withUnsafeBytes {
                    unsafe sendto(descriptor, $0.baseAddress, $0.count, flags, pointer, socklen_t(length))
                }
            }
        }
    }

    /// The sockets that were handed to this very process.
    package static func inheritedSockets(variable: (String) -> String? = ServiceManager.variable) -> [CInt] {
        guard variable("LISTEN_PID") == String(getpid()), let count = variable("LISTEN_FDS").flatMap({ CInt($0) }),
            (1...64).contains(count)
        else { return [] }
        return Array(firstDescriptor..<firstDescriptor + count)
    }

    /// A variable of this process.
    package static func variable(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }
}
