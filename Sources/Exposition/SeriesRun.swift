// SPDX-License-Identifier: Apache-2.0

/// Series of one family that stand behind one another: the columns of a table's row, for instance.
///
/// A collector that knows its row again keeps the run and writes numbers alone, without labels. It stands for the series
/// at their place in one arrangement of the family, so that a run that is kept too long is not written, never written
/// wrongly.
public struct SeriesRun: Sendable {
    /// Where in its family.
    struct Place: Sendable {
        let first: Int
        let count: Int
        /// The arrangement of the family that it is of.
        let layout: UInt64
    }

    let index: Int
    /// The writer's.
    let epoch: UInt64
    let place: Place

    /// No series; never written.
    public static let none = SeriesRun(index: -1, epoch: 0, place: Place(first: 0, count: 0, layout: 0))
}
