// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Walks over the mounts of /proc/self/mountstats.
///
///     device server:/export mounted on /mnt with fstype nfs4 statvers=1.1
///             opts:   rw,vers=4.2,...
struct MountStatistics {
    /// A mount with the lines below its own.
    struct Mount {
        /// Which one it is, from 0, those of other types included.
        let number: Int
        let device, mountPoint: Bytes
        /// True where it says what was done on it, as those of NFS do.
        let hasStatistics: Bool
        /// The lines below.
        let lines: ColumnLines
    }

    /// Lines that begin like a mount and are none, and those above all mounts.
    private(set) var malformed: [Bytes] = []
    private var text: ByteScanner
    private var number = -1

    init(_ text: Bytes) {
        self.text = ByteScanner(text)
    }

    /// The next mount; nil after the last one.
    mutating func next() -> Mount? {
        while let line = text.nextLine() {
            guard MountStatistics.isMount(line) else {
                if !line.trimmed.isEmpty { malformed.append(line.upTo(64)) }
                continue
            }
            number += 1
            let body = nextBody()
            if let mount = mount(line, body) { return mount }
            malformed.append(line.upTo(64))
        }
        return nil
    }

    private static func isMount(_ line: Bytes) -> Bool { line.hasPrefix("device ") || line.hasPrefix("no device ") }

    /// The lines up to the next mount.
    private mutating func nextBody() -> Bytes {
        let start = text.rest
        while true {
            var ahead = text
            guard let line = ahead.nextLine(), !MountStatistics.isMount(line) else { break }
            text = ahead
        }
        return start.upTo(start.count &- text.rest.count)
    }

    private func mount(_ line: Bytes, _ body: Bytes) -> Mount? {
        var words = ByteScanner(line)
        // `no device mounted on ...` has no name, and no statistics either.
        guard let first = words.nextField(), let device = words.nextField() else { return nil }
        guard first == "device" else {
            return Mount(
                number: number, device: Bytes(""), mountPoint: Bytes(""), hasStatistics: false,
                lines: ColumnLines(Bytes("")))
        }
        guard let mounted = words.nextField(), mounted == "mounted", let on = words.nextField(), on == "on",
            let mountPoint = words.nextField(), let with = words.nextField(), with == "with",
            let word = words.nextField(), word == "fstype", let fsType = words.nextField()
        else { return nil }
        let isNFS = fsType == "nfs" || fsType == "nfs4"
        return Mount(
            number: number, device: device, mountPoint: mountPoint,
            hasStatistics: isNFS && words.nextField()?.hasPrefix("statvers=") ?? false, lines: ColumnLines(body))
    }
}

/// The servers' addresses of the mounts of /proc/self/mountinfo, in its order.
struct MountAddresses {
    private var lines: ByteScanner
    private var number = -1

    init(_ text: Bytes) {
        lines = ByteScanner(text)
    }

    /// The option `addr` of a mount; empty where it has none.
    ///
    /// Mounts are to be asked about in their order.
    mutating func address(ofMount wanted: Int) -> Bytes {
        while number < wanted, let line = lines.nextLine() {
            number += 1
            if number == wanted { return MountAddresses.address(in: line) }
        }
        return Bytes("")
    }

    private static func address(in line: Bytes) -> Bytes {
        // The options of the file system are the last word.
        guard let start = line.trimmed.lastIndex(of: UInt8(ascii: " ")) else { return Bytes("") }
        var options = ByteScanner(line.trimmed.from(start &+ 1))
        while let option = options.nextPiece(separator: UInt8(ascii: ",")) {
            if option.hasPrefix("addr=") { return option.from(5) }
        }
        return Bytes("")
    }
}
