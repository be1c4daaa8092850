// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// Families that a collector names while it collects and writes in every collection, by number.
public struct NamedFamilies: Sendable {
    /// Far more than any kernel has fields in a file; names that change with each read must not fill the memory.
    private static let limit = 4_096

    private var families: [MetricFamily] = []

    /// No family yet.
    public init() {}

    /// True where there are so many that it is better to begin anew, with whatever holds their numbers.
    public var isFull: Bool { families.count > Self.limit }

    /// How many families there are; their numbers are below it.
    public var count: Int { families.count }

    /// The number of a family, 0 or above; the same for the same family.
    public mutating func number(of family: MetricFamily) -> Int {
        if let known = families.firstIndex(of: family) { return known }
        families.append(family)
        return families.count - 1
    }

    /// Writes a sample without labels of the family of a number; nothing where there is none.
    public mutating func write(_ number: Int, _ value: SampleValue, into writer: inout MetricWriter<some FamilyKey>) {
        write(number, .none, value, into: &writer)
    }

    /// Writes a sample of the family of a number; nothing where there is none.
    public mutating func write(
        _ number: Int, _ labels: Labels, _ value: SampleValue, into writer: inout MetricWriter<some FamilyKey>
    ) {
        guard families.indices.contains(number) else { return }
        writer.write(writer.family(families[number]), labels, value)
    }
}
