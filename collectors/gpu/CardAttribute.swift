// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One attribute of a card that is one sample.
struct CardAttribute<Metric: FamilyKey> {
    /// How the attribute's text becomes the sample's value.
    enum Form {
        /// A whole number as it is.
        case whole
        /// Percent become a ratio.
        case percent
        /// Thousandths.
        case milli
        /// Millionths.
        case micro
        /// Millionths, where 0 means that there is none.
        case limit
        /// Megahertz become hertz.
        case megahertz
        /// A fan's setting of 0 to 255 becomes a ratio.
        case pwm
        /// A PCI Express speed (`16.0 GT/s PCIe`) becomes its generation.
        case linkSpeed
        /// Anything but 0 is true.
        case flag
    }

    let file: KernelFile
    let metric: Metric
    let form: Form
    /// Labels beside the card's own.
    let labels: [(name: StaticString, value: String)]

    init(_ path: String, _ metric: Metric, _ form: Form = .whole, _ labels: (name: StaticString, value: String)...) {
        file = KernelFile(oneRead: path)
        self.metric = metric
        self.form = form
        self.labels = labels
    }

    /// The value of the attribute's text; nil where it is none.
    func value(of text: Bytes) -> SampleValue? {
        switch form {
        case .linkSpeed: return CardAttribute.generation(text)
        case .milli where text[0] == UInt8(ascii: "-"): return text.signed.map { .real(Double($0) / 1_000) }
        default: break
        }
        guard let number = text.unsigned else { return nil }
        switch form {
        case .percent: return .decimal(number, scale: 2)
        case .milli: return .decimal(number, scale: 3)
        case .micro, .limit: return .decimal(number, scale: 6)
        case .pwm: return .real(Double(number) / 255)
        case .flag: return .unsigned(number == 0 ? 0 : 1)
        case .megahertz:
            let (hertz, isTooLarge) = number.multipliedReportingOverflow(by: 1_000_000)
            return isTooLarge ? nil : .unsigned(hertz)
        case .whole, .linkSpeed: return .unsigned(number)
        }
    }

    /// Whether a text that gives no value, or this one, stands for there being none, and not for a fault.
    func isNone(_ text: Bytes) -> Bool {
        switch form {
        case .linkSpeed: true  // The speed of a link that is down is unknown.
        case .limit: text == "0"
        default: false
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
