// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// The files of one interface's folder in sysfs, for hosts whose sysfs is not this process's own.
struct NetclassFiles {
    private static let fields = NetclassMetric.fields
    /// The words of operstate.
    ///
    /// Source: kernel Documentation/networking/operstates.rst.
    private static let states: [StaticString] = [
        "up", "unknown", "down", "lowerlayerdown", "dormant", "notpresent", "testing",
    ]

    private let numbers: [(metric: NetclassMetric, file: KernelFile)]
    private let address: KernelFile
    private let broadcast: KernelFile
    private let duplex: KernelFile
    private let operationalState: KernelFile
    private let alias: KernelFile
    /// What sleeps behind the interface, which is not woken for its speed.
    private let runtimePM: RuntimePM

    /// The files below an interface's folder.
    init(_ folder: String, from reader: inout KernelFileReader) {
        numbers = Self.fields.map { ($0.key, KernelFile(oneRead: "\(folder)/\($0.name)")) }
        address = KernelFile(oneRead: folder + "/address")
        broadcast = KernelFile(oneRead: folder + "/broadcast")
        duplex = KernelFile(oneRead: folder + "/duplex")
        operationalState = KernelFile(oneRead: folder + "/operstate")
        alias = KernelFile(oneRead: folder + "/ifalias")
        runtimePM = RuntimePM(above: folder, from: &reader)
    }

    /// Reads all of them; one that the device does not answer for is left out.
    func read(
        from reader: inout KernelFileReader, into values: inout NetclassValues,
        _ writer: inout MetricWriter<NetclassMetric>
    ) {
        let isAsleep = runtimePM.isAsleep(from: &reader)
        for (metric, file) in numbers where !(isAsleep && metric == .speedBytes) {
            guard let text = Self.text(of: file, from: &reader, &writer) else { continue }
            if let number = Self.number(text, of: metric) {
                values[metric] = number
            } else {
                writer.loseItem("\(file.path): \(text.upTo(64).text)")
            }
        }
        values.address = Self.text(of: address, from: &reader, &writer) ?? values.address
        values.broadcast = Self.text(of: broadcast, from: &reader, &writer) ?? values.broadcast
        if !isAsleep { values.duplex = Self.text(of: duplex, from: &reader, &writer) ?? values.duplex }
        if let state = Self.text(of: operationalState, from: &reader, &writer) {
            if Self.states.contains(where: { state == $0 }) {
                values.operationalState = state
            } else {
                writer.lose(.malformed(operationalState.path, state))
            }
        }
        values.alias = Self.text(of: alias, from: &reader, &writer) ?? values.alias
    }

    /// A file's text; nil where the device does not have it or says nothing now, as a switched off one does (EINVAL).
    static func text(
        of file: KernelFile, from reader: inout KernelFileReader, _ writer: inout MetricWriter<NetclassMetric>
    ) -> Bytes? {
        do throws(KernelFileError) {
            return try reader.contents(of: file).trimmed
        } catch {
            let isSilent = error.isMissing || error.errno == EINVAL || error.errno == EOPNOTSUPP
            if !isSilent { writer.lose(error) }
            return nil
        }
    }

    /// A decimal number; flags and the port's number are hexadecimal, with 0x.
    static func number(_ text: Bytes, of metric: NetclassMetric) -> Int64? {
        guard metric == .flags || metric == .deviceID, text.hasPrefix("0x") else { return text.signed }
        return text.hexadecimal.flatMap { Int64(exactly: $0) }
    }
}
