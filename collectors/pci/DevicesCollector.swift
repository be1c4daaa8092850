// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// Whether every compute device is there and can be used.
///
/// Source: the PCI bus, /sys/devices/system/cpu, /sys/class/{drm,accel,uacce}, joined by `DeviceInventory`.
struct DevicesCollector: Collector {
    typealias Metric = DeviceMetric

    static let descriptor = CollectorDescriptor(
        name: "devices", group: .pci,
        help:
            "CPU packages, GPUs, TPUs, NPUs and other accelerators: which are there, in which state, which are missed.",
        reads: [
            "/sys/bus/pci/devices", "/sys/devices/system/cpu/online", "/sys/devices/system/cpu/cpu*/topology",
            "/sys/class/accel", "/sys/class/habanalabs", "/sys/class/uacce", "/sys/devices/virtual/neuron_device",
            "/proc/cpuinfo (once)", "pci.ids (once)",
        ],
        sources: [DeviceInventory.self, CardSource.self, NVIDIASource.self],
        flags: DeviceOptions.flags)

    private let inventory: DeviceInventory
    private let cards: CardSource
    private let nvidia: NVIDIASource
    /// The states that each kind has been in since the start, one bit each: their counts are shown, 0 too.
    private var seenStates: [UInt32]

    init(context: CollectorContext) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
        cards = try context.source(CardSource.self)
        nvidia = try context.source(NVIDIASource.self)
        seenStates = Array(repeating: 0, count: ComputeKind.allCases.count)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        inventory.update(stuck: cards.stuckDevices)
        nvidia.report(in: reader.scrape)
        let snapshot = try inventory.snapshot()
        for problem in snapshot.problems { writer.loseItem(problem) }
        for device in snapshot.devices { write(device, of: snapshot, into: &writer) }
        var isExpected = false
        for (index, kind) in ComputeKind.allCases.enumerated() {
            let expected = snapshot.expected(kind)
            if let expected {
                writer.write(Metric.expected, writer.labels("kind", kind.rawValue), expected)
                isExpected = true
            }
            if snapshot.has(kind) || (expected ?? 0) > 0 { writeCounts(kind, index, of: snapshot, into: &writer) }
        }
        if let preferred = snapshot.preferredKind {
            let labels = writer.labels("preferred", preferred.rawValue)
            writer.write(Metric.preferredAvailable, labels, snapshot.isUsable(preferred))
        }
        if snapshot.devices.isEmpty, !isExpected, snapshot.problems.isEmpty {
            return .noDevice("neither CPU topology nor compute devices below \(snapshot.sysfs)")
        }
        return .available
    }

    private func write(_ device: Device, of snapshot: DeviceSnapshot, into writer: inout Writer) {
        let identity = writer.labels {
            $0.add("device", device.id)
            $0.add("kind", device.kind.rawValue)
        }
        let withVendor = writer.labels(identity) { $0.add("vendor", device.vendor) }
        writer.write(Metric.available, withVendor, device.state.isAvailable)
        writer.write(Metric.state, writer.labels(identity) { $0.add("state", device.state.rawValue) }, true)
        if let previous = device.previousState {
            writer.write(Metric.state, writer.labels(identity) { $0.add("state", previous.rawValue) }, false)
        }
        let info = writer.labels(withVendor) {
            $0.add("model", device.model)
            $0.add("driver", device.driver)
            $0.add("driver_version", device.driverVersion)
            $0.add("uuid", device.uuid)
            if let node = device.numaNode { $0.add("numa_node", node) } else { $0.add("numa_node", "") }
        }
        writer.write(Metric.info, info, true)
        writer.write(Metric.stateChanges, identity, device.stateChanges)
        writer.write(Metric.lastSeen, identity, snapshot.lastSeenSeconds(device))
    }

    private mutating func writeCounts(
        _ kind: ComputeKind, _ index: Int, of snapshot: DeviceSnapshot, into writer: inout Writer
    ) {
        guard index < seenStates.count else { return }
        for (bit, state) in DeviceState.allCases.enumerated() {
            let count = snapshot.count(kind, in: state)
            if count > 0 { seenStates[index] |= 1 << UInt32(truncatingIfNeeded: bit) }
            let wasSeen = seenStates[index] >> UInt32(truncatingIfNeeded: bit) & 1 == 1
            guard wasSeen || state == .available || state == .missing else { continue }
            let labels = writer.labels {
                $0.add("kind", kind.rawValue)
                $0.add("state", state.rawValue)
            }
            writer.write(Metric.count, labels, count)
        }
    }
}

/// The families of the collector `devices`.
enum DeviceMetric: Int, FamilyKey {
    case available, state, info, count, expected, stateChanges, lastSeen, preferredAvailable

    var family: MetricFamily {
        switch self {
        case .available:
            .gauge(
                "host_device_available", ["device", "kind", "vendor"],
                "1 for a compute device that can be used, a sleeping one included; 0 for one that cannot.")
        case .state:
            .gauge(
                "host_device_state", ["device", "kind", "state"],
                "1 for the state that a compute device is in; the state before it stays as 0 until the next change.")
        case .info:
            .gauge(
                "host_device_info",
                ["device", "kind", "vendor", "model", "driver", "driver_version", "uuid", "numa_node"],
                "What a compute device is and which driver has it; always 1.")
        case .count:
            .gauge(
                "host_devices", ["kind", "state"],
                "Compute devices of a kind in a state; expected ones that were never seen count as missing.")
        case .expected:
            .gauge(
                "host_devices_expected", ["kind"],
                "Compute devices of a kind that the host should have: declared by flag, else the most ever seen.")
        case .stateChanges:
            .counter(
                "host_device_state_changes_total", ["device", "kind"],
                "How often the state of a compute device has changed since the agent started.")
        case .lastSeen:
            .gauge(
                "host_device_last_seen_timestamp_seconds", ["device", "kind"],
                "When a compute device was there for the last time, in seconds since 1970.")
        case .preferredAvailable:
            .gauge(
                "host_preferred_device_available", ["preferred"],
                "1 while a device of the kind that work should run on can be used, 0 while none can.")
        }
    }
}
