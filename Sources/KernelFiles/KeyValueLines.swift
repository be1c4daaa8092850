// SPDX-License-Identifier: Apache-2.0

/// Walks over the lines of a text that has a key and a value in each: `MemTotal: 12 kB`, `KEY=value`, `pgpgin 12`.
///
/// Allocates nothing and cannot trap. Empty lines are walked over; what is no such line is counted, not given.
public struct KeyValueLines {
    /// What stands between a key and its value.
    public enum Separator: Sendable {
        /// The line's first `:`; blanks around key and value are no part of them. As in /proc/meminfo, /proc/cpuinfo.
        case colon
        /// The line's first `=`; every other byte is part of key or value. As in uevent and os-release files.
        case equals
        /// A run of blanks; further ones are part of the value. As in /proc/vmstat, memory.stat of a cgroup.
        case blanks
    }

    /// Lines so far that had no key, or no separator behind it.
    public private(set) var malformedCount = 0
    /// The last one of those, for a message.
    public private(set) var lastMalformed: Bytes?

    private var lines: ByteScanner
    private let separator: Separator
    private let prefix: StaticString

    /// Walks over those lines that begin with `prefix`, which is no part of the key: `E:` in udev's database.
    public init(_ text: Bytes, _ separator: Separator, prefix: StaticString = "") {
        lines = ByteScanner(text)
        self.separator = separator
        self.prefix = prefix
    }

    /// The next key and its value, which may be empty; nil after the last line.
    public mutating func next() -> (key: Bytes, value: Bytes)? {
        while let line = lines.nextLine() {
            guard line.hasPrefix(prefix) else { continue }
            let text = line.from(prefix.utf8CodeUnitCount)
            guard text.leadingBlanks < text.count else { continue }
            if let pair = split(text) { return pair }
            malformedCount &+= 1
            lastMalformed = line
        }
        return nil
    }

    private func split(_ line: Bytes) -> (key: Bytes, value: Bytes)? {
        switch separator {
        case .colon:
            guard let at = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let key = line.upTo(at).trimmed
            return key.isEmpty ? nil : (key, line.from(at &+ 1).trimmed)
        case .equals:
            guard let at = line.firstIndex(of: UInt8(ascii: "=")), at > 0 else { return nil }
            return (line.upTo(at), line.from(at &+ 1))
        case .blanks:
            var words = ByteScanner(line)
            guard let key = words.nextField() else { return nil }
            let value = words.rest.trimmed
            return value.isEmpty ? nil : (key, value)
        }
    }
}
