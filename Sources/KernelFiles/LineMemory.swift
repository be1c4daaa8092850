// SPDX-License-Identifier: Apache-2.0

/// What was decided about each line of a file by the name at its start.
///
/// For files of the kernel whose lines keep their names and their order from read to read, so that a look at the line
/// at the same place is enough to know it again. Lines that change places are asked about again.
public struct LineMemory: Sendable {
    /// More lines than any kernel writes are not worth remembering.
    private static let lineLimit = 4_096

    @usableFromInline
    struct Line: Sendable {
        @usableFromInline let start: Int
        @usableFromInline let count: Int
        @usableFromInline let verdict: Int
    }

    @usableFromInline private(set) var lines: [Line] = []
    @usableFromInline private(set) var names: [UInt8] = []

    /// Remembers nothing.
    public init() {}

    /// What was decided about the line at a place, and what stands behind the name in it; nil where another line, or
    /// none, was there.
    @inlinable
    public func recall(_ line: Bytes, at number: Int) -> (verdict: Int, rest: Bytes)? {
        guard number >= 0, number < lines.count else { return nil }
        let known = lines[number]
        guard line.count >= known.count else { return nil }
        let isSame = unsafe names.withUnsafeBufferPointer { names in
            // Ranges of `lines` lie within `names`, and a name is never empty.
            guard let base = names.baseAddress else { return false }
            return unsafe line.hasPrefix(base + known.start, known.count)
        }
        return isSame ? (known.verdict, line.from(known.count)) : nil
    }

    /// Remembers what was decided about a line that begins with `name`, separator included.
    ///
    /// What is remembered of the lines behind it is forgotten: they have moved as well, most likely.
    public mutating func remember(_ name: Bytes, _ verdict: Int, at number: Int) {
        guard number >= 0, number < Self.lineLimit, !name.isEmpty else { return }
        if number < lines.count {
            names.removeLast(names.count - lines[number].start)
            lines.removeLast(lines.count - number)
        }
        // Lines that were not to be remembered: no line is so long.
        while lines.count < number { lines.append(Line(start: names.count, count: .max, verdict: 0)) }
        lines.append(Line(start: names.count, count: name.count, verdict: verdict))
        unsafe names.append(contentsOf: name.unsafeBuffer)
    }
}

extension Bytes {
    /// True where the view begins with `length` bytes at `other`, which must be readable; the view must be as long.
    @usableFromInline
    func hasPrefix(_ other: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        unsafe Bytes(base, count: length) == Bytes(other, count: length)
    }
}
