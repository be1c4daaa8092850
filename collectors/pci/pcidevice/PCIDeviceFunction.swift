// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import PCIBus

/// A function on the PCI bus.
struct PCIDeviceFunction {
    /// An address in the parts that are labels; stars for none.
    private struct Place {
        var segment = "*", bus = "*", device = "*", function = "*"

        init() {}

        init?(_ name: String) {
            guard PCIAddress(name) != nil else { return nil }
            let parts = name.split { $0 == ":" || $0 == "." }.map(String.init)
            guard parts.count == 4 else { return nil }
            (segment, bus, device, function) = (parts[0], parts[1], parts[2], parts[3])
        }
    }

    private static let powerStates: [StaticString] = ["D0", "D1", "D2", "D3cold", "D3hot", "error", "unknown"]

    private let place: Place
    private let parent: Place
    private let classID, vendor, device, subsystemVendor, subsystemDevice, revision: KernelFile
    private let maxSpeed, currentSpeed, maxWidth, currentWidth, numaNode, powerState: KernelFile
    private let numbers: AttributeFiles<PCIDeviceMetric>
    private let runtimePM: RuntimePM
    /// The names for the ids of the last read.
    private var known: (ids: PCIIdentifiers.IDs, names: PCIIdentifiers.Names)?

    /// A function by its entry in the folder of the bus; nil for what is no address.
    init?(_ name: String, in bus: String, from reader: inout KernelFileReader) {
        guard let place = Place(name) else { return nil }
        self.place = place
        let folder = bus + "/" + name
        // One that has just gone has no link any more, and no files either.
        let path = (try? reader.resolved(folder).text) ?? ""
        parent = path.split(separator: "/").dropLast().last.flatMap { Place(String($0)) } ?? Place()
        func file(_ name: String) -> KernelFile { KernelFile(oneRead: folder + "/" + name) }
        classID = file("class")
        vendor = file("vendor")
        device = file("device")
        subsystemVendor = file("subsystem_vendor")
        subsystemDevice = file("subsystem_device")
        revision = file("revision")
        maxSpeed = file("max_link_speed")
        currentSpeed = file("current_link_speed")
        maxWidth = file("max_link_width")
        currentWidth = file("current_link_width")
        numaNode = file("numa_node")
        powerState = file("power_state")
        numbers = AttributeFiles(PCIDeviceMetric.fields, in: folder)
        runtimePM = RuntimePM(of: folder, from: &reader)
    }

    mutating func read(
        from reader: inout KernelFileReader, names table: PCIIdentifiers?,
        into writer: inout MetricWriter<PCIDeviceMetric>
    ) {
        writeInfo(from: &reader, table, into: &writer)
        let labels = writer.labels {
            $0.add("bus", place.bus)
            $0.add("device", place.device)
            $0.add("function", place.function)
            $0.add("segment", place.segment)
        }
        numbers.read(from: &reader, labels, into: &writer)
        // Links are read from the function's registers, all ones where it sleeps without power: 63 lanes.
        if !runtimePM.isAsleep(from: &reader) {
            writeLink(maxSpeed, .maxSpeed, maxWidth, .maxWidth, labels, from: &reader, into: &writer)
            writeLink(currentSpeed, .currentSpeed, currentWidth, .currentWidth, labels, from: &reader, into: &writer)
        }
        // -1: the machine does not say.
        if let node = reader.number(of: numaNode, or: &writer), node >= 0 { writer.write(.numaNode, labels, node) }
        guard let state = reader.text(of: powerState, or: &writer) else { return }
        guard PCIDeviceFunction.powerStates.contains(where: { state == $0 }) else {
            return writer.loseItem("\(powerState.path): no state is \"\(state.upTo(64).text)\"")
        }
        for name in PCIDeviceFunction.powerStates {
            writer.write(.powerState, labels, extra: ("state", name), state == name)
        }
    }

    private func writeLink(
        _ speed: KernelFile, _ speedMetric: PCIDeviceMetric, _ width: KernelFile, _ widthMetric: PCIDeviceMetric,
        _ labels: Labels, from reader: inout KernelFileReader, into writer: inout MetricWriter<PCIDeviceMetric>
    ) {
        // `8.0 GT/s PCIe`; `Unknown` where there is no link.
        if let text = reader.text(of: speed, or: &writer) {
            var fields = ByteScanner(text)
            if let gigatransfers = fields.nextField()?.decimal {
                var value = Double(gigatransfers.digits) * 1e9
                for _ in 0..<gigatransfers.scale { value /= 10 }
                writer.write(speedMetric, labels, value)
            } else if !text.hasPrefix("Unknown") {
                writer.lose(.malformed(speed.path, text))
            }
        }
        // 255 stands for a width that is not known.
        guard let lanes = reader.number(of: width, or: &writer), lanes != 255 else { return }
        if Quantity.lanes.holds(Double(lanes)) {
            writer.write(widthMetric, labels, lanes)
        } else {
            writer.loseItem("\(width.path): \(lanes) lanes cannot be")
        }
    }

    private mutating func writeInfo(
        from reader: inout KernelFileReader, _ table: PCIIdentifiers?,
        into writer: inout MetricWriter<PCIDeviceMetric>
    ) {
        guard let classID = reader.text(of: classID, or: &writer), let vendor = reader.text(of: vendor, or: &writer),
            let device = reader.text(of: device, or: &writer)
        else { return }
        let subsystemVendor = reader.text(of: subsystemVendor, or: &writer) ?? Bytes("0x0000")
        let subsystemDevice = reader.text(of: subsystemDevice, or: &writer) ?? Bytes("0x0000")
        let revision = reader.text(of: revision, or: &writer) ?? Bytes("0x00")
        var names: PCIIdentifiers.Names?
        if let table {
            let ids = PCIIdentifiers.IDs(
                classID: classID, vendor: vendor, device: device, subsystemVendor: subsystemVendor,
                subsystemDevice: subsystemDevice)
            if known?.ids != ids { known = (ids, table.names(of: ids)) }
            names = known?.names
        }
        let labels = writer.labels {
            $0.add("bus", place.bus)
            $0.add("class_id", classID)
            if let names { $0.add("class_name", names.ofClass) }
            $0.add("device", place.device)
            $0.add("device_id", device)
            if let names { $0.add("device_name", names.device) }
            $0.add("function", place.function)
            $0.add("parent_bus", parent.bus)
            $0.add("parent_device", parent.device)
            $0.add("parent_function", parent.function)
            $0.add("parent_segment", parent.segment)
            $0.add("revision", revision)
            $0.add("segment", place.segment)
            $0.add("subsystem_device_id", subsystemDevice)
            if let names { $0.add("subsystem_device_name", names.subsystemDevice) }
            $0.add("subsystem_vendor_id", subsystemVendor)
            if let names { $0.add("subsystem_vendor_name", names.subsystemVendor) }
            $0.add("vendor_id", vendor)
            if let names { $0.add("vendor_name", names.vendor) }
        }
        writer.write(.info, labels, true)
    }
}
