// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// Which devices this host has had: a small text file in the state folder, so that a device that is gone after a
/// restart is missed all the same.
///
/// One line for each device and one for the most that were there at once of each kind. Lines that are none of these
/// are passed over. Only `forget` makes anything less.
struct LearnedDevices {
    /// One device that was seen.
    struct Entry: Equatable {
        let id: String
        let kind: ComputeKind
        var lastSeenSeconds: UInt64
        var vendor: String
        var model: String
    }

    /// The file's name in the state folder.
    static let fileName = "devices.seen"
    /// Nothing has more compute devices; a file that says so is not ours.
    static let limit = 4_096

    private(set) var entries: [String: Entry] = [:]
    private(set) var expected: [ComputeKind: Int] = [:]

    /// What a file says; a byte sequence that is no such file gives nothing.
    init(_ bytes: Bytes) {
        var lines = ByteScanner(bytes.upTo(1 << 20))
        while let line = lines.nextLine(), entries.count < LearnedDevices.limit {
            var fields = ByteScanner(line)
            guard let word = fields.nextField(), let kindText = fields.nextField(),
                let kind = ComputeKind(rawValue: kindText.text)
            else { continue }
            if word == "most", let count = fields.nextUnsigned(), count <= UInt64(LearnedDevices.limit) {
                expected[kind] = max(expected[kind] ?? 0, Int(count))
            } else if word == "device", let id = fields.nextField(), id.count <= 64, let seen = fields.nextUnsigned(),
                seen < 1 << 40, LearnedDevices.isPlain(id)
            {
                let vendor = fields.nextField()?.upTo(64).text ?? ""
                entries[id.text] = Entry(
                    id: id.text, kind: kind, lastSeenSeconds: seen, vendor: vendor == "-" ? "" : vendor,
                    model: fields.rest.trimmed.upTo(128).text)
            }
        }
    }

    /// Nothing seen yet.
    init() {}

    private static func isPlain(_ id: Bytes) -> Bool {
        for index in 0..<id.count {
            guard let byte = id[index], byte > 0x20, byte < 0x7F else { return false }
        }
        return true
    }

    /// The file's content.
    var text: String {
        var text = "# Devices that host-exporter has seen here; host-exporter devices forget makes it forget them.\n"
        for kind in ComputeKind.allCases {
            if let count = expected[kind] { text += "most \(kind.rawValue) \(count)\n" }
        }
        for entry in entries.values.sorted(by: { $0.id < $1.id }) {
            text += "device \(entry.kind.rawValue) \(entry.id) \(entry.lastSeenSeconds) "
            text += "\(LearnedDevices.oneWord(entry.vendor)) \(LearnedDevices.oneLine(entry.model))\n"
        }
        return text
    }

    private static func oneWord(_ text: String) -> String {
        text.isEmpty || text.contains { $0.isWhitespace } ? "-" : text
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    /// Notes a device that is there.
    mutating func note(_ entry: Entry) {
        guard entries[entry.id] != nil || entries.count < LearnedDevices.limit else { return }
        entries[entry.id] = entry
    }

    /// Notes how many of a kind are there at once; true where that is more than ever.
    mutating func note(_ count: Int, of kind: ComputeKind) -> Bool {
        guard count > expected[kind] ?? 0 else { return false }
        expected[kind] = count
        return true
    }

    /// Drops devices, all of them where none is named, and returns how many.
    ///
    /// What is expected falls with them.
    mutating func forget(_ ids: [String]) -> Int {
        if ids.isEmpty {
            defer { self = LearnedDevices() }
            return entries.count
        }
        var count = 0
        for id in ids {
            guard let entry = entries.removeValue(forKey: id) else { continue }
            count += 1
            let left = entries.values.filter { $0.kind == entry.kind }.count
            expected[entry.kind] = min(expected[entry.kind] ?? 0, left)
        }
        return count
    }
}
