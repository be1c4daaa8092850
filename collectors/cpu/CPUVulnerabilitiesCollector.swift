// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Which faults of its design the CPU has, and what the kernel does about them.
///
/// Source: /sys/devices/system/cpu/vulnerabilities, kernel Documentation/ABI/testing/sysfs-devices-system-cpu.
struct CPUVulnerabilitiesCollector: Collector {
    enum Metric: Int, FamilyKey {
        case info

        var family: MetricFamily {
            .gauge(
                "node_cpu_vulnerabilities_info", ["codename", "mitigation", "state"],
                "1 for each known fault, with the CPU's state and what is done about it.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "cpu_vulnerabilities", group: .cpu, isDefault: false,
        help: "Known faults of CPUs and whether this one has them.",
        reads: ["/sys/devices/system/cpu/vulnerabilities"])

    /// How a text begins, in lower case, which is also the state that is shown.
    private static let states: [StaticString] = ["not affected", "vulnerable", "mitigation"]

    private var folder: WatchedDirectory
    private var files: [(name: String, file: KernelFile)] = []

    init(context: CollectorContext) {
        folder = WatchedDirectory(context.roots.sys("devices/system/cpu/vulnerabilities"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try folder.list(from: &reader) {
        case .missing:
            files = []
            return .noKernelFeature("\(folder.path) is not there")
        case .changed(let names): files = names.map { ($0, KernelFile(oneRead: "\(folder.path)/\($0)")) }
        case .same: break
        }
        for (name, file) in files {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            guard !text.isEmpty else {
                writer.loseItem("\(file.path) is empty")
                continue
            }
            let (state, mitigation) = Self.split(text)
            let labels = writer.labels {
                $0.add("codename", name)
                $0.add("mitigation", mitigation)
                $0.add("state", state)
            }
            writer.write(.info, labels, true)
        }
        return .available
    }

    /// The state and what stands behind it: `Mitigation: PTI`, `Vulnerable, no microcode`, `Not affected`.
    ///
    /// A text that begins otherwise is `unknown`, and shown whole.
    private static func split(_ text: Bytes) -> (state: StaticString, mitigation: Bytes) {
        guard let state = states.first(where: { isPrefix($0, of: text) }) else { return ("unknown", text) }
        var start = state.utf8CodeUnitCount
        while let byte = text[start], ":,; ".utf8.contains(byte) { start += 1 }
        return (state, text.from(start))
    }

    /// Whatever the case of letters.
    private static func isPrefix(_ words: StaticString, of text: Bytes) -> Bool {
        let words = Bytes(words)
        return (0..<words.count).allSatisfy { at in text[at].map { $0 | 0x20 } == words[at] }
    }
}
