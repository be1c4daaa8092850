// SPDX-License-Identifier: Apache-2.0

/// CPU numbers as sysfs writes them.
///
/// Source: /sys/devices/system/cpu, kernel Documentation/admin-guide/cputopology.rst.
public enum CPUNumbers {
    /// Larger numbers are taken for garbage; kernels are built for at most 8,192 CPUs.
    public static let limit = 65_536

    /// The numbers of a list of ranges such as `0-3,8`; nil where it is none.
    ///
    /// An empty list has no numbers.
    public static func ranges(_ text: Bytes) -> [Int]? {
        var numbers: [Int] = []
        var pieces = ByteScanner(text.trimmed)
        while let piece = pieces.nextPiece(separator: 0x2C) {
            guard let range = range(piece), numbers.count + range.count <= limit else { return nil }
            numbers.append(contentsOf: range)
        }
        return numbers
    }

    /// The numbers of a list of ranges, without the parts that are none.
    public static func readableRanges(_ text: Bytes) -> [Int] {
        var numbers: [Int] = []
        var pieces = ByteScanner(text.trimmed)
        while let piece = pieces.nextPiece(separator: 0x2C) {
            guard let range = range(piece), numbers.count + range.count <= limit else { continue }
            numbers.append(contentsOf: range)
        }
        return numbers
    }

    /// The number behind `cpu` in a name such as `cpu12`; nil for every other name.
    public static func number(ofFolder name: Bytes) -> Int? {
        name.hasPrefix("cpu") ? parse(name.from(3)) : nil
    }

    /// The numbers of the folders `cpu<N>` in a listing, in the order of their names: cpu0, cpu1, cpu10, cpu2.
    public static func folders(_ listing: DirectoryListing) -> [Int] {
        var listing = listing
        var names: [(text: String, number: Int)] = []
        while let name = listing.next() {
            if let number = number(ofFolder: name) { names.append((name.text, number)) }
        }
        return names.sorted { $0.text < $1.text }.map(\.number)
    }

    /// The numbers of `3` or `0-3`; nil where it is neither.
    private static func range(_ piece: Bytes) -> ClosedRange<Int>? {
        let dash = piece.firstIndex(of: 0x2D)
        guard let first = parse(piece.upTo(dash ?? piece.count)) else { return nil }
        guard let dash else { return first...first }
        guard let last = parse(piece.from(dash + 1)), first <= last else { return nil }
        return first...last
    }

    private static func parse(_ text: Bytes) -> Int? {
        guard let value = text.unsigned, value < limit else { return nil }
        return Int(value)
    }
}
