// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// Puts a metric name together from words that the kernel writes, in storage that is used again and again.
public struct MetricNameBuilder: Sendable {
    /// The name so far.
    public private(set) var bytes: [UInt8] = []

    /// No name yet.
    public init() {}

    /// Makes the name of a literal and two words with `_` between them; false where a word is empty or holds a byte
    /// that no metric name may have.
    public mutating func set(_ prefix: StaticString, _ first: Bytes, _ second: Bytes) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        guard add(Bytes(prefix)), add(first), !first.isEmpty else { return false }
        bytes.append(UInt8(ascii: "_"))
        return add(second) && !second.isEmpty
    }

    private mutating func add(_ word: Bytes) -> Bool {
        for at in 0..<word.count {
            guard let byte = word[at] else { return false }
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                bytes.append(byte)
            default:
                return false
            }
        }
        return true
    }

    /// The writer's family of this name; `make` gets the name as text and is called once.
    public func family(
        in writer: inout MetricWriter<some FamilyKey>, make: (String) -> MetricFamily
    ) -> NamedFamily {
        // The writer copies what it keeps of the name.
        unsafe bytes.withUnsafeBytes { name in
            unsafe writer.family(named: name) { make(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    /// True where the expression matches the name, or where there is no expression.
    public func matches(_ pattern: Pattern?) -> Bool {
        guard let pattern else { return true }
        return pattern.matches(String(decoding: bytes, as: UTF8.self))
    }
}
