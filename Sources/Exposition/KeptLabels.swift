// SPDX-License-Identifier: Apache-2.0

/// A label set that is written down once and used in any collection of any writer.
///
/// The only way to keep labels: `Labels` are good in one collection of one writer alone.
public struct KeptLabels: Sendable {
    let text: [UInt8]

    /// Writes the set down.
    public init(_ add: (inout LabelText) -> Void) {
        var labels = LabelText()
        labels.begin()
        add(&labels)
        text = labels.sink.array
    }
}
