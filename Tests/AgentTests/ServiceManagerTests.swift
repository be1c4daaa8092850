// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Agent

@Suite struct ServiceManagerTests {
    /// The other end: a bound datagram socket.
    private final class Receiver {
        let descriptor: Int32

        /// `name` is a path, or begins with `@` for an abstract name.
        init(_ name: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
            try #require(bytes.count <= MemoryLayout.size(ofValue: address.sun_path))
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
            }
            try #require(isBound)
        }

        deinit { close(descriptor) }

        /// What has arrived, one text for each datagram; sending is over when `tell` returns, so nothing is waited for.
        func received() -> [String] {
            var texts: [String] = []
            var bytes = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else { return texts }
                texts.append(String(decoding: bytes.prefix(count), as: UTF8.self))
            }
        }
    }

    private func manager(_ variables: [String: String]) -> ServiceManager { ServiceManager { variables[$0] } }

    @Test("each text is one datagram to the socket in the file system")
    func path() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(folder.path + "/notify")
        let manager = manager(["NOTIFY_SOCKET": folder.path + "/notify"])
        manager.tell("READY=1")
        manager.tell("RELOADING=1\nMONOTONIC_USEC=5")
        #expect(receiver.received() == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=5"])
    }

    @Test("a name that begins with @ is an abstract one, without a zero behind it")
    func abstract() throws {
        let name = "@host-exporter-tests-\(UUID().uuidString)"
        let receiver = try Receiver(name)
        manager(["NOTIFY_SOCKET": name]).tell("STOPPING=1")
        #expect(receiver.received() == ["STOPPING=1"])
    }

    @Test("the longest name that a socket can have works, a longer one is left alone")
    func longNames() throws {
        let name = "@host-exporter-\(UUID().uuidString)".padding(toLength: 107, withPad: "x", startingAt: 0)
        let receiver = try Receiver(name)
        manager(["NOTIFY_SOCKET": name]).tell("READY=1")
        manager(["NOTIFY_SOCKET": name + String(repeating: "x", count: 100)]).tell("READY=1")
        #expect(receiver.received() == ["READY=1"])
    }

    @Test("without a socket, with one that is gone or of another kind nothing happens")
    func nobody() throws {
        let folder = try TemporaryFolder()
        for name in [nil, "", "notify", "vsock:2:1", folder.path + "/absent", folder.path] {
            let manager = ServiceManager { $0 == "NOTIFY_SOCKET" ? name : nil }
            manager.tell("READY=1")
            manager.feedWatchdog()
        }
    }

    @Test("a receiver that does not read makes nobody wait", .timeLimit(.minutes(1)))
    func full() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(folder.path + "/notify")
        let manager = manager(["NOTIFY_SOCKET": folder.path + "/notify"])
        for _ in 0..<2_000 { manager.tell("WATCHDOG=1") }
        #expect(receiver.received().first == "WATCHDOG=1")
        manager.tell("READY=1")
        #expect(receiver.received() == ["READY=1"])
    }

    @Test("the watchdog is fed only where this process is watched")
    func watchdog() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/notify"
        let receiver = try Receiver(path)
        for (pid, microseconds, isFed) in [
            (nil, "900000", true), (String(getpid()), "900000", true), ("1", "900000", false), (nil, "0", false),
            (nil, "x", false), (nil, "18446744073709551615", false), (nil, nil, false),
        ] as [(String?, String?, Bool)] {
            var variables = ["NOTIFY_SOCKET": path]
            variables["WATCHDOG_PID"] = pid
            variables["WATCHDOG_USEC"] = microseconds
            manager(variables).feedWatchdog()
            #expect(receiver.received() == (isFed ? ["WATCHDOG=1"] : []), "\(pid ?? "-") \(microseconds ?? "-")")
        }
    }

    @Test(
        "it beats three times in what the watchdog allows, every 5 s at least and 0.1 s at most",
        arguments: [
            (nil, Duration.seconds(5)), ("60000000", .seconds(5)), ("9000000", .seconds(3)),
            ("900000", .milliseconds(300)), ("30", .milliseconds(100)), ("0", .seconds(5)),
        ])
    func beat(microseconds: String?, beat: Duration) {
        #expect(ServiceManager { $0 == "WATCHDOG_USEC" ? microseconds : nil }.beat == beat)
    }

    @Test(
        "sockets are inherited from 3 on, where they are meant for this process",
        arguments: [
            (String(getpid()), "2", [3, 4]), (String(getpid()), "1", [3]), ("1", "2", []), (nil, "2", []),
            (String(getpid()), "0", []), (String(getpid()), "-1", []), (String(getpid()), "65", []),
            (String(getpid()), "x", []), (String(getpid()), nil, []),
        ] as [(String?, String?, [CInt])])
    func inherited(pid: String?, count: String?, sockets: [CInt]) {
        let variables = ["LISTEN_PID": pid, "LISTEN_FDS": count]
        #expect(ServiceManager.inheritedSockets { variables[$0] ?? nil } == sockets)
    }
}
