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

    private struct Resource {
        let file: KernelFile
        /// What the lines `some` and `full` are shown as.
        let waiting: Metric?
        let stalled: Metric?
    }

    private let resources: [Resource]
    /// True for a resource whose file is not there while others are: a kernel makes them when it boots, so it will not
    /// come, and looking for what is not there costs more than reading what is.
    private var isMissing: [Bool]

    init(context: CollectorContext) {
        func resource(_ name: String, _ waiting: Metric?, _ stalled: Metric?) -> Resource {
            Resource(
                file: KernelFile(oneRead: context.roots.proc("pressure/" + name)), waiting: waiting, stalled: stalled)
        }
        resources = [
            resource("cpu", .cpuWaiting, nil), resource("io", .ioWaiting, .ioStalled),
            resource("memory", .memoryWaiting, .memoryStalled), resource("irq", nil, .irqStalled),
        ]
        isMissing = resources.map { _ in false }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var found = 0
        var known = 0
        for (index, resource) in resources.enumerated() where !isMissing[index] {
            do throws(CollectorError) {
                // Kernels before 5.13 or without accounting of interrupts have no file irq.
                guard let bytes = try reader.readIfPresent(resource.file) else {
                    isMissing[index] = true
                    continue
                }
                found += 1
                known += write(bytes, of: resource, into: &writer)
            } catch {
                if case .file(let cause) = error, cause.errno == EOPNOTSUPP {
                    return .noKernelFeature("pressure is not accounted; boot with psi=1")
                }
                throw error
            }
        }
        guard found > 0 else {
            for index in isMissing.indices { isMissing[index] = false }
            return .noKernelFeature("this kernel has no \(resources[0].file.path)")
        }
        if known == 0 { throw .malformed(path: resources[0].file.path, what: "no known line") }
        return .available
    }

    /// Returns how many lines could be read.
    private func write(_ bytes: Bytes, of resource: Resource, into writer: inout Writer) -> Int {
        var lines = ByteScanner(bytes)
        var known = 0
        while let line = lines.nextLine() {
            let isSome = line.hasPrefix("some ")
            guard isSome || line.hasPrefix("full "), let microseconds = PressureCollector.total(line) else {
                writer.loseItem("\(resource.file.path): unexpected line \"\(line.upTo(64).text)\"")
                continue
            }
            known += 1
            // Two divisions, because node_exporter divides twice and its values are to be met to the last bit.
            if let metric = isSome ? resource.waiting : resource.stalled {
                writer.write(metric, Double(microseconds) / 1_000 / 1_000)
            }
        }
        if bytes.isEmpty { writer.loseItem("\(resource.file.path) is empty") }
        return known
    }

    /// The number behind the last word's `total=`, which ends the line.
    private static func total(_ line: Bytes) -> UInt64? {
        guard let equals = line.lastIndex(of: UInt8(ascii: "=")), line.upTo(equals).hasSuffix(" total") else {
            return nil
        }
        return line.from(equals &+ 1).unsigned
    }
}
