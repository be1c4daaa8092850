// SPDX-License-Identifier: Apache-2.0

/// What was decided about each line of a file by the name at its start.
///
/// For files of the kernel whose lines keep their names and their order from read to read, so that a look at the line
/// at the same place is enough to know it again. Lines that change places are asked about again. Without it a scrape
/// takes 40 % more CPU, measured alone: each name is held against a pattern or looked up in a table.
public struct LineMemory: Sendable {
    /// More lines than any kernel writes are not worth remembering.
    private static let lineLimit = 65_536

    @usableFromInline
    struct Line: Sendable {
        @usableFromInline let start: Int
        @usableFromInline let count: Int
        @usableFromInline let decision: Int
    }

    @usableFromInline private(set) var lines: [Line] = []
    @usableFromInline private(set) var names: [UInt8] = []

    /// Remembers nothing.
    public init() {}

    /// The next line of a file, where it begins with the name that was at its place before: what was decided about it,
    /// what stands behind the name, and all of it.
    ///
    /// nil, and nothing is walked over, where another line, or none, was there.
    @inlinable
    public func next(_ file: inout ByteScanner, at number: Int) -> (decision: Int, rest: Bytes, line: Bytes)? {
        guard number >= 0, number < lines.count else { return nil }
        let known = lines[number]
        let ahead = file.rest
        guard ahead.count >= known.count else { return nil }
        let isSame = unsafe names.withUnsafeBufferPointer { names in
            // Ranges of `lines` lie within `names`, and a name is never empty.
            guard let base = names.baseAddress else { return false }
            return unsafe ahead.hasPrefix(base + known.start, known.count)
        }
        guard isSame else { return nil }
        // A name has no line feed in it.
        let end = ahead.firstIndex(of: 0x0A, from: known.count) ?? ahead.count
        file.position += end &+ 1
        return unsafe (
            known.decision, Bytes(ahead.base + known.count, count: end &- known.count), Bytes(ahead.base, count: end)
        )
    }

    /// Walks over the lines that begin with the names that were at their places before, as long as the same was decided
    /// about them, and says how many there were.
    @inlinable
    public func skip(_ file: inout ByteScanner, from number: Int, decided decision: Int) -> Int {
        guard number >= 0 else { return 0 }
        let bytes = file.bytes
        var position = file.position
        var at = number
        unsafe names.withUnsafeBufferPointer { names in
            guard let base = names.baseAddress else { return }
            // Ranges of `lines` lie within `names`, and a name is never empty.
            unsafe lines.withUnsafeBufferPointer { lines in
                while at < lines.count {
                    let known = unsafe lines[at]
                    guard known.decision == decision, bytes.count &- position >= known.count else { return }
                    let ahead = unsafe Bytes(bytes.base + position, count: bytes.count &- position)
                    guard unsafe ahead.hasPrefix(base + known.start, known.count) else { return }
                    // What is left of the line is short: a number.
                    var end = known.count
                    while end < ahead.count, unsafe ahead.base[end] != 0x0A { end &+= 1 }
                    position &+= end &+ 1
                    at &+= 1
                }
            }
        }
        file.position = position
        return at &- number
    }

    /// Remembers what was decided about a line by its first word and the blanks behind it, which must be as many at each
    /// read.
    ///
    /// Nothing is remembered where the line does not begin with the word or ends with it.
    public mutating func remember(firstWord word: Bytes, of line: Bytes, _ decision: Int, at number: Int) {
        let blanks = line.from(word.count).leadingBlanks
        guard blanks > 0, line.upTo(word.count) == word else { return }
        remember(line.upTo(word.count &+ blanks), decision, at: number)
    }

    /// Remembers what was decided about a line that begins with `name`, separator included and without a line feed.
    ///
    /// What is remembered of the lines behind it is forgotten: they have moved as well, most likely.
    public mutating func remember(_ name: Bytes, _ decision: Int, at number: Int) {
        guard number >= 0, number < Self.lineLimit, !name.isEmpty else { return }
        if number < lines.count {
            names.removeLast(names.count - lines[number].start)
            lines.removeLast(lines.count - number)
        }
        // Lines that were not to be remembered: no line is so long.
        while lines.count < number { lines.append(Line(start: names.count, count: .max, decision: 0)) }
        lines.append(Line(start: names.count, count: name.count, decision: decision))
        unsafe names.append(contentsOf: name.unsafeBuffer)
    }
}

extension Bytes {
    /// True where the view begins with `length` bytes at `other`, which must be readable; the view must be as long.
    ///
    /// Names are short, so a loop over words beats a call.
    @inlinable
    func hasPrefix(_ other: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard length >= 8 else {
            for at in 0..<length where unsafe base[at] != other[at] { return false }
            return true
        }
        var at = 0
        while at < length &- 8 {
            guard unsafe isSameWord(other, at: at) else { return false }
            at &+= 8
        }
        // The last word, which may share bytes with the one before.
        return unsafe isSameWord(other, at: length &- 8)
    }

    @inlinable
    func isSameWord(_ other: UnsafePointer<UInt8>, at offset: Int) -> Bool {
        unsafe UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self)
            == UnsafeRawPointer(other + offset).loadUnaligned(as: UInt64.self)
    }
}
