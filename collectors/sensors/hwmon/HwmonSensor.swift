// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A sensor of a chip: the attributes whose names begin alike, and its label.
struct HwmonSensor {
    /// What one attribute becomes.
    private struct Value {
        let file: KernelFile
        let family: HwmonFamily
        /// A clock is named by the sensor's label, and is not shown where it has none.
        let isClock: Bool
        /// True where the kernel documents a number.
        let isNumber: Bool
    }

    /// Properties that are numbers in every driver.
    ///
    /// Source: kernel Documentation/hwmon/sysfs-interface.rst.
    private static let numbers: Set<String> = [
        "", "accuracy", "alarm", "average", "average_interval", "beep", "cap", "cap_max", "cap_min", "crit",
        "crit_alarm",
        "crit_hyst", "emergency", "enable", "fault", "freq", "highest", "input", "lcrit", "lcrit_alarm", "lowest",
        "max",
        "max_alarm", "max_hyst", "min", "min_alarm", "mode", "offset", "pulses", "rated_max", "rated_min",
        "reset_history", "target", "type", "vid",
    ]
    private static let points = "auto_point"

    /// The value of the label `sensor`, for example `temp1`.
    let name: String

    private var attributes: [String: (name: HwmonAttributeName, path: String)] = [:]
    private var values: [Value] = []
    private var labelFile: KernelFile?
    /// The label text of the last read, and what became of it as the name of a clock.
    private var clockLabel: (text: String, name: String)?

    init(_ name: String) {
        self.name = name
    }

    /// Adds an attribute; one of the parent device takes the place of the chip's own of that name.
    mutating func add(_ attribute: HwmonAttributeName, path: String) {
        attributes[attribute.property] = (attribute, path)
    }

    /// Makes the list of what is to be read, once all attributes are known.
    mutating func finish() {
        let hasBareValue = attributes[""] != nil
        labelFile = attributes["label"].map { KernelFile(oneRead: $0.path) }
        values = attributes.values.sorted { $0.path < $1.path }.compactMap { attribute, path in
            guard attribute.property != "label" else { return nil }
            return Value(
                file: KernelFile(oneRead: path), family: HwmonFamily(attribute, hasBareValue: hasBareValue),
                isClock: attribute.type == "freq" && attribute.property == "input",
                isNumber: Self.numbers.contains(attribute.property) || attribute.property.hasPrefix(Self.points))
        }
        attributes = [:]
    }

    /// Reads all attributes and writes their samples.
    mutating func read(
        from reader: inout KernelFileReader, chip: String, into writer: inout MetricWriter<HwmonCollector.Metric>
    ) {
        let labels = writer.labels {
            $0.add("chip", chip)
            $0.add("sensor", name)
        }
        let label = readLabel(from: &reader, into: &writer)
        if let label {
            let withLabel = writer.labels {
                $0.add("chip", chip)
                $0.add("label", label)
                $0.add("sensor", name)
            }
            writer.write(HwmonCollector.Metric.sensorLabel, withLabel, 1)
        }
        for value in values {
            guard let text = read(value.file, from: &reader, into: &writer) else { continue }
            guard let number = value.family.conversion.value(of: text) else {
                // Beside the documented attributes drivers offer lists of words and points of curves.
                if value.isNumber, !text.isEmpty { writer.lose(.malformed(value.file.path, text)) }
                continue
            }
            if !value.isClock {
                writer.write(writer.family(value.family.family), labels, number)
            } else if let label {
                let clockName = clockName(label)
                let clock = writer.labels {
                    $0.add("chip", chip)
                    $0.add("sensor", clockName)
                }
                writer.write(writer.family(value.family.family), clock, number)
            }
        }
    }

    private mutating func clockName(_ label: Bytes) -> String {
        if let clockLabel, label == clockLabel.text { return clockLabel.name }
        let name = HwmonText.clean(label.text)
        clockLabel = (label.text, name)
        return name
    }

    private func readLabel(from reader: inout KernelFileReader, into writer: inout MetricWriter<HwmonCollector.Metric>)
        -> Bytes?
    {
        labelFile.flatMap { read($0, from: &reader, into: &writer) }
    }

    private func read(
        _ file: KernelFile, from reader: inout KernelFileReader, into writer: inout MetricWriter<HwmonCollector.Metric>
    ) -> Bytes? {
        do throws(KernelFileError) {
            return HwmonText.withoutLineFeeds(try reader.contents(of: file))
        } catch {
            // The kernel's files of this name can only be written.
            let isWriteOnly = error.isPermission && file.path.hasSuffix("_reset_history")
            if !error.isWithoutValue, !isWriteOnly { writer.lose(error) }
            return nil
        }
    }
}
