// SPDX-License-Identifier: Apache-2.0

/// A label set that is written down once and used in any collection of any writer.
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
