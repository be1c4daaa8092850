// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// An NTP server on a port of the loopback interface that answers what its script says, a word and a number a line.
///
/// `leap`, `mode`, `stratum`, `rootdelay` and `rootdispersion` are fields of the answer, the last two as they are in it;
/// `reference` is how many seconds ago the clock was set, `never` for not known; `length` is how many bytes are sent;
/// `cookie 0` answers another question than was asked; `silent 1` does not answer.
public final class FakeNTP: Sendable {
    /// The port.
    public let port: UInt16

    private let descriptor: Int32
    private static let unixEpoch: UInt64 = 2_208_988_800

    /// A server that answers by a script until it goes.
    public init(_ script: String) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileWriteUnknown) }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        var values: [String: String] = [:]
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2 { values[words[0]] = words[1] }
        }
        let script = values
        Thread.detachNewThread { Self.serve(descriptor, script) }
    }

    deinit {
        // Wakes the thread, whose descriptor this is.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func serve(_ descriptor: Int32, _ script: [String: String]) {
        while true {
            var bytes = [UInt8](repeating: 0, count: 128)
            var sender = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, &bytes, bytes.count, 0, $0, &size)
                }
            }
            guard count > 0 else {
                close(descriptor)
                return
            }
            guard count >= 48, script["silent"] == nil else { continue }
            let reply = answer(to: Array(bytes.prefix(48)), script)
            _ = withUnsafePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, reply, reply.count, 0, $0, size)
                }
            }
        }
    }

    private static func answer(to question: [UInt8], _ script: [String: String]) -> [UInt8] {
        func number(_ name: String, _ standard: UInt32) -> UInt32 { script[name].flatMap(UInt32.init) ?? standard }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let seconds = UInt64(now.tv_sec) + unixEpoch
        let stamp = seconds << 32 | (UInt64(now.tv_nsec) << 32) / 1_000_000_000
        var bytes = [UInt8](repeating: 0, count: 48)
        bytes[0] = UInt8(number("leap", 0) << 6) | question[0] & 0x38 | UInt8(number("mode", 4))
        bytes[1] = UInt8(number("stratum", 2))
        put(number("rootdelay", 0), &bytes, 4)
        put(number("rootdispersion", 0), &bytes, 8)
        if script["reference"] != "never" { put(stamp - UInt64(number("reference", 60)) << 32, &bytes, 16) }
        if script["cookie"] == nil { bytes.replaceSubrange(24..<32, with: question[40..<48]) }
        put(stamp, &bytes, 32)
        put(stamp, &bytes, 40)
        return Array(bytes.prefix(Int(number("length", 48))))
    }

    private static func put<N: FixedWidthInteger>(_ value: N, _ bytes: inout [UInt8], _ at: Int) {
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(at..<at + $0.count, with: $0) }
    }
}
