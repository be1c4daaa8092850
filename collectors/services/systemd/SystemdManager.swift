// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles
import SDBus

/// What systemd says of itself, asked in one go with the list of its units.
struct SystemdManager {
    static let service = "org.freedesktop.systemd1"
    private static let path = "/org/freedesktop/systemd1"
    private static let interface = "org.freedesktop.systemd1.Manager"

    private static let calls = [
        SDBusCall(service, path, interface, "ListUnits"),
        SDBusCall(propertyOf: service, path, interface, "Version"),
        SDBusCall(propertyOf: service, path, interface, "Virtualization"),
        SDBusCall(propertyOf: service, path, interface, "SystemState"),
        SDBusCall(propertyOf: service, path, interface, "UnitsLoadTimestampMonotonic"),
    ]

    /// When systemd read its unit files last; nil where it does not say, as before version 249.
    private(set) var loadTime: UInt64?
    private var version: String?
    private var virtualization: String?
    private var state: String?

    /// Asks for everything.
    mutating func ask(_ bus: inout SystemBus, _ units: inout SystemdUnits, deadline: UInt64) throws(SDBusError) {
        var failure: SDBusError?
        loadTime = nil
        try bus.exchange(Self.calls.count, deadline: deadline) {
            Self.calls[$0]
        } receive: { number, answer in
            switch number {
            case 0: failure = answer.refusal ?? (units.update(from: answer) ? nil : .unexpected(member: "ListUnits"))
            case 1: version = Self.text(answer, unless: version)
            case 2: virtualization = Self.text(answer, unless: virtualization)
            case 3: state = Self.text(answer, unless: state)
            default:
                if answer.refusal == nil, answer.enterVariant(of: "t") { loadTime = answer.unsigned64() }
            }
        }
        if let failure { throw failure }
    }

    /// The text that an answer holds, without a copy where it is the one of the scrape before.
    private static func text(_ answer: borrowing SDBusMessage, unless known: String?) -> String? {
        guard answer.refusal == nil, answer.enterVariant(of: "s"), let text = answer.string() else { return nil }
        if let known, text == known { return known }
        return text.text
    }

    /// Writes what is known, and says what is not.
    func write(into writer: inout MetricWriter<SystemdMetric>) {
        if let version, let number = Self.number(of: version) {
            let labels = writer.labels { $0.add("version", version) }
            writer.write(.version, labels, number)
        } else {
            writer.loseItem("systemd says no version that is one: \(version ?? "")")
        }
        if let virtualization {
            let labels = writer.labels {
                $0.add("virtualization_type", virtualization.isEmpty ? "none" : virtualization)
            }
            writer.write(.virtualization, labels, 1)
        } else {
            writer.loseItem("systemd does not say how the host is virtualised")
        }
        if let state {
            writer.write(.running, state == "running")
        } else {
            writer.loseItem("systemd does not say whether the system is running")
        }
    }

    /// The number in a version such as `252.39-1~deb12u2`: its first three digits in a row and what belongs to them.
    static func number(of version: String) -> Double? {
        var digits = ""
        var hasPoint = false
        for character in version.utf8 {
            if (0x30...0x39).contains(character) {
                digits.append(Character(UnicodeScalar(character)))
            } else if character == 0x2E, digits.utf8.count >= 3, !hasPoint {
                digits.append(".")
                hasPoint = true
            } else if digits.utf8.count >= 3 {
                break
            } else {
                digits = ""
            }
        }
        return digits.utf8.count >= 3 ? Double(digits) : nil
    }
}
