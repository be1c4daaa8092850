// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One attribute of a card that is one sample.
struct CardAttribute<Metric: MetricKey> {
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
        file = KernelFile(path)
        self.metric = metric
        self.form = form
        self.labels = labels
    }

    /// The value of the attribute's text; nil where it is none.
    func value(of text: Bytes) -> SampleValue? {
        if case .linkSpeed = form { return CardAttribute.generation(text) }
        guard let number = text.signed else { return nil }
        switch form {
        case .percent: return CardAttribute.scaled(number, 2)
        case .milli: return CardAttribute.scaled(number, 3)
        case .micro: return CardAttribute.scaled(number, 6)
        case .pwm: return .real(Double(number) / 255)
        case .flag: return .unsigned(number == 0 ? 0 : 1)
        case .megahertz:
            let (hertz, isTooLarge) = number.multipliedReportingOverflow(by: 1_000_000)
            return isTooLarge ? nil : .signed(hertz)
        case .whole, .linkSpeed: return .signed(number)
        }
    }

    private static func scaled(_ number: Int64, _ scale: Int) -> SampleValue {
        if number >= 0 { return .decimal(UInt64(number), scale: scale) }
        let divisor: Double = scale == 2 ? 100 : scale == 3 ? 1_000 : 1_000_000
        return .real(Double(number) / divisor)
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
