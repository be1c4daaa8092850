// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// Time that tasks lost because something was short.
///
/// Source: /proc/pressure, kernel Documentation/accounting/psi.rst.
struct PressureCollector: Collector {
    enum Metric: Int, FamilyKey {
        case cpuWaiting, ioWaiting, ioStalled, memoryWaiting, memoryStalled, irqStalled

        var family: MetricFamily {
            switch self {
            case .cpuWaiting:
                .counter("node_pressure_cpu_waiting_seconds_total", [], "Seconds in which some task waited for a CPU.")
            case .ioWaiting:
                .counter("node_pressure_io_waiting_seconds_total", [], "Seconds in which some task waited for a disk.")
            case .ioStalled:
                .counter("node_pressure_io_stalled_seconds_total", [], "Seconds in which all tasks waited for disks.")
            case .memoryWaiting:
                .counter("node_pressure_memory_waiting_seconds_total", [], "Seconds in which some task lacked memory.")
            case .memoryStalled:
                .counter("node_pressure_memory_stalled_seconds_total", [], "Seconds in which all tasks lacked memory.")
            case .irqStalled:
                .counter("node_pressure_irq_stalled_seconds_total", [], "Seconds that tasks lost to interrupts.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "pressure", group: .cpu, help: "Time that tasks lost because CPU, memory or disks were short.",
        reads: ["/proc/pressure/{cpu,io,memory,irq}"])

    /// What the lines `some` and `full` of a file are shown as.
    private static let shown: [(some: Metric?, full: Metric?)] = [
        (.cpuWaiting, nil), (.ioWaiting, .ioStalled), (.memoryWaiting, .memoryStalled), (nil, .irqStalled),
    ]

    private var files: FileSet

    init(context: CollectorContext) {
        func file(_ name: String) -> KernelFile { KernelFile(oneRead: context.roots.proc("pressure/" + name)) }
        // Kernels before 5.13 or without accounting of interrupts have no file irq, and newer ones refuse it where the
        // clock does not serve that accounting.
        files = FileSet(
            [file("cpu"), file("io"), file("memory")], atBoot: [file("irq")], unsupportedIsAbsent: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            write(bytes, of: files.files[place].path, Self.shown[place], into: &writer)
        }
        guard let absence = files.absence else { return .available }
        return .noKernelFeature(
            absence.errno == EOPNOTSUPP
                ? "pressure is not accounted; boot with psi=1" : "this kernel has no \(absence.path)")
    }

    private func write(
        _ bytes: Bytes, of path: String, _ shown: (some: Metric?, full: Metric?), into writer: inout Writer
    ) {
        if bytes.isEmpty { writer.lose(.empty(path: path)) }
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            let isSome = line.hasPrefix("some ")
            guard isSome || line.hasPrefix("full "), let microseconds = PressureCollector.total(line) else {
                writer.loseItem("\(path): unexpected line \"\(line.upTo(64).text)\"")
                continue
            }
            // Two divisions, because node_exporter divides twice and its values are to be met to the last bit.
            if let metric = isSome ? shown.some : shown.full {
                writer.write(metric, Double(microseconds) / 1_000 / 1_000)
            }
        }
    }

    /// The number behind the last word's `total=`, which ends the line.
    private static func total(_ line: Bytes) -> UInt64? {
        guard let equals = line.lastIndex(of: UInt8(ascii: "=")), line.upTo(equals).hasSuffix(" total") else {
            return nil
        }
        return line.from(equals &+ 1).unsigned
    }
}
