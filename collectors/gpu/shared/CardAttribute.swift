// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One attribute of a card that is one sample.
struct CardAttribute<Metric: FamilyKey> {
    /// What an attribute's text is where it is more than a number in a unit.
    enum Form {
        /// A number, any.
        case number
        /// A number of which 0 means that there is none.
        case limit
        /// A PCI Express speed (`16.0 GT/s PCIe`), which becomes its generation.
        case linkSpeed
    }

    let file: KernelFile
    let metric: Metric
    private let form: Form
    private let unit: KernelUnit
    private let quantity: Quantity?
    /// Labels beside the card's own.
    let labels: [(name: StaticString, value: String)]

    init(
        _ path: String, _ metric: Metric, _ unit: KernelUnit = .one, form: Form = .number,
        _ labels: (name: StaticString, value: String)...
    ) {
        file = KernelFile(oneRead: path)
        self.metric = metric
        self.form = form
        self.unit = unit
        quantity = (metric as? any Measured)?.quantity
        self.labels = labels
    }

    /// The value of the attribute's text; nil where it is none, or none that can be true.
    func value(of text: Bytes) -> SampleValue? {
        guard let value = number(text) else { return nil }
        return quantity?.holds(value) ?? true ? value : nil
    }

    private func number(_ text: Bytes) -> SampleValue? {
        if form == .linkSpeed { return CardAttribute.generation(text) }
        if let number = text.unsigned {
            return form == .limit && number == 0 ? nil : unit.value(number)
        }
        // Temperatures may be below zero, and they alone.
        guard unit == .milli, text[0] == UInt8(ascii: "-") else { return nil }
        return text.signed.map { unit.value($0) }
    }

    /// Whether a text that gives no value stands for there being none, and not for a fault.
    func isNone(_ text: Bytes) -> Bool {
        switch form {
        case .linkSpeed: text.hasPrefix("Unknown")  // That of a link that is down.
        case .limit: text.unsigned == 0
        case .number: false
        }
    }

    /// nil for speeds that are no PCI Express (`Unknown`).
    private static func generation(_ text: Bytes) -> SampleValue? {
        switch text.upTo(text.firstIndex(of: UInt8(ascii: " ")) ?? text.count).decimal.map({ ($0.digits, $0.scale) }) {
        case (25, 1)?: .unsigned(1)
        case (5, 0)?, (50, 1)?: .unsigned(2)
        case (8, 0)?, (80, 1)?: .unsigned(3)
        case (16, 0)?, (160, 1)?: .unsigned(4)
        case (32, 0)?, (320, 1)?: .unsigned(5)
        case (64, 0)?, (640, 1)?: .unsigned(6)
        default: nil
        }
    }
}
