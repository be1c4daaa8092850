// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Interrupts on each CPU.
///
/// Source: /proc/interrupts, proc_interrupts(5).
struct InterruptsCollector: Collector {
    enum Metric: Int, FamilyKey {
        case interrupts

        var family: MetricFamily {
            .counter(
                "node_interrupts_total", ["cpu", "devices", "info", "type"],
                "Interrupts on the CPU, by number or kind; info says where they come from.")
        }
    }

    static let include = Flag.pattern(
        "collector.interrupts.name-include",
        help: "Show the interrupts whose type;info;devices match; not together with name-exclude.")
    static let exclude = Flag.pattern(
        "collector.interrupts.name-exclude",
        help: "Leave out the interrupts whose type;info;devices match; not together with name-include.")
    static let includesZeros = Flag.toggle(
        "collector.interrupts.include-zeros", default: true, help: "Also show interrupts that a CPU never had.")

    static let descriptor = CollectorDescriptor(
        name: "interrupts", group: .cpu, isDefault: false, help: "Interrupts on each CPU.",
        reads: ["/proc/interrupts"],
        flags: [
            include, exclude, includesZeros,
        ])

    /// A line as it begins and ends, with what was found out about it.
    private struct Row {
        /// In front of the colon.
        let head: [UInt8]
        /// Behind the numbers.
        let tail: [UInt8]
        let info: String
        let devices: String
        let isHidden: Bool
        var run = SeriesRun.none
    }

    private let file: KernelFile
    private let filter: DeviceFilter
    private let showsZeros: Bool
    private var columns = CPUColumns()
    private var rows: [Row] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("interrupts"))
        filter = try DeviceFilter(context.options, include: Self.include, exclude: Self.exclude)
        showsZeros = context.options[Self.includesZeros]
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        guard let header = lines.nextLine(), columns.readHeader(header) else { throw .malformed(file.path, bytes) }
        if columns.isChanged { rows = [] }
        var position = 0
        while let line = lines.nextLine() {
            // ` 16:     328511     322879  IR-IO-APIC   16-fasteoi   mmc0, i801_smbus`
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
            var words = ByteScanner(line.from(colon + 1))
            guard colon < line.count, columns.readCounts(&words) else {
                // `ERR:          0` has one number for all CPUs and is not shown.
                if line.from(colon + 1).trimmed.unsigned == nil {
                    writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no number for each CPU")
                }
                continue
            }
            let (head, tail) = (line.upTo(colon), words.rest)
            if tail.trimmed.isEmpty, head.trimmed.unsigned != nil {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" names no controller")
                continue
            }
            if position >= rows.count || head != rows[position].head || tail != rows[position].tail {
                rows.removeLast(max(0, rows.count - position))
                rows.append(row(head, tail))
            }
            write(position, into: &writer)
            position += 1
        }
        return .available
    }

    private mutating func write(_ position: Int, into writer: inout Writer) {
        if rows[position].isHidden { return }
        if showsZeros, writer.write(rows[position].run, columns.counts) { return }
        let row = rows[position]
        let first = writer.sampleCount(of: .interrupts)
        Bytes.withView(of: row.head) { head in
            for (cpu, count) in zip(columns.cpus, columns.counts) where showsZeros || count > 0 {
                let labels = writer.labels {
                    $0.add("cpu", cpu)
                    $0.add("devices", row.devices)
                    $0.add("info", row.info)
                    $0.add("type", head.trimmed)
                }
                writer.write(.interrupts, labels, count)
            }
        }
        rows[position].run = writer.run(of: .interrupts, from: first)
    }

    /// Finds out about a line.
    ///
    /// Behind the numbers of a numbered interrupt stand its controller and its devices, behind those of the others a
    /// description; one without it is not shown, as with node_exporter.
    private func row(_ head: Bytes, _ tail: Bytes) -> Row {
        let type = head.trimmed
        var words = ByteScanner(tail)
        var texts: [String] = []
        while let word = words.nextField() { texts.append(word.text) }
        let isNumbered = type.unsigned != nil
        let info = isNumbered ? texts.first ?? "" : texts.joined(separator: " ")
        let devices = isNumbered ? texts.dropFirst().joined(separator: " ") : ""
        let isHidden = texts.isEmpty || filter.ignores("\(type.text);\(info);\(devices)")
        return Row(head: head.array, tail: tail.array, info: info, devices: devices, isHidden: isHidden)
    }
}
