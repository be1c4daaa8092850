// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// A line of mountinfo.
///
/// Source: kernel Documentation/filesystems/proc.rst, section 3.5.
struct Mount: Sendable {
    /// What is mounted, as the line has it: `/dev/sda1`, `server:/export`, `tmpfs`.
    let device: String
    /// Where, below rootfs; as in node_exporter only `\040` and `\011` of the kernel's escapes are undone.
    let mountPoint: String
    /// The type of file system.
    let fsType: String
    let major, minor: String
    /// True where the mount or the whole file system is read-only.
    let isReadOnly: Bool
    /// Where the numbers come from; nil where this process sees another file system at that place.
    let item: Item<MountPoint>?
}

/// The fields of a line of mountinfo as views.
struct MountLine {
    /// The mount's number in its namespace, and that of the mount that it lies on.
    let id, parent: UInt64
    let major, minor: UInt64
    let mountPoint: Bytes
    let device, fsType: Bytes
    let isReadOnly: Bool

    /// Takes a line apart; nil where it is malformed.
    init?(_ line: Bytes) {
        var pieces = ByteScanner(line)
        // ID, parent, major:minor, root, mount point, options, optional fields up to a dash, type, device, options.
        guard let id = pieces.nextPiece(separator: 0x20)?.unsigned,
            let parent = pieces.nextPiece(separator: 0x20)?.unsigned,
            let number = pieces.nextPiece(separator: 0x20), let colon = number.firstIndex(of: UInt8(ascii: ":")),
            let major = number.upTo(colon).unsigned, let minor = number.from(colon + 1).unsigned,
            pieces.nextPiece(separator: 0x20) != nil,
            let mountPoint = pieces.nextPiece(separator: 0x20), mountPoint[0] == UInt8(ascii: "/"),
            let options = pieces.nextPiece(separator: 0x20)
        else { return nil }
        while true {
            guard let piece = pieces.nextPiece(separator: 0x20) else { return nil }
            if piece == "-" { break }
        }
        guard let fsType = pieces.nextPiece(separator: 0x20), !fsType.isEmpty,
            let device = pieces.nextPiece(separator: 0x20), let superOptions = pieces.nextPiece(separator: 0x20)
        else { return nil }
        self.id = id
        self.parent = parent
        self.major = major
        self.minor = minor
        self.mountPoint = mountPoint
        self.fsType = fsType
        self.device = device
        // ext4 says emergency_ro, and not ro, where it stopped writing because of an error.
        isReadOnly =
            MountLine.has("ro", options) || MountLine.has("ro", superOptions)
            || MountLine.has("emergency_ro", superOptions)
    }

    private static func has(_ word: StaticString, _ options: Bytes) -> Bool {
        var pieces = ByteScanner(options)
        while let piece = pieces.nextPiece(separator: UInt8(ascii: ",")) {
            if piece == word { return true }
        }
        return false
    }
}

/// The kernel's escapes in paths: a backslash and three octal digits.
enum MountEscapes {
    /// Undoes all escapes, or only those of space and tab.
    static func undo(_ path: some Sequence<UInt8>, all: Bool) -> [UInt8] {
        var plain: [UInt8] = []
        var pending: [UInt8] = []
        for byte in path {
            if pending.isEmpty {
                if byte == UInt8(ascii: "\\") { pending = [byte] } else { plain.append(byte) }
                continue
            }
            guard byte >= 0x30, byte <= 0x37 else {
                plain += pending
                pending = byte == UInt8(ascii: "\\") ? [byte] : []
                if pending.isEmpty { plain.append(byte) }
                continue
            }
            pending.append(byte)
            guard pending.count == 4 else { continue }
            let value = pending.dropFirst().reduce(0) { $0 << 3 | Int($1 & 7) }
            if value == 0x20 || value == 0x09 || (all && value > 0 && value < 0x100) {
                plain.append(UInt8(truncatingIfNeeded: value))
            } else {
                plain += pending
            }
            pending = []
        }
        return plain + pending
    }
}
