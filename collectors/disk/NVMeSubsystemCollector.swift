// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// NVMe subsystems and the paths to them.
///
/// Source: /sys/class/nvme-subsystem, kernel drivers/nvme/host/sysfs.c.
struct NVMeSubsystemCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "nvmesubsystem", group: .disk, isDefault: false,
        help: "NVMe subsystems and the state of each path to them.",
        reads: ["/sys/class/nvme-subsystem/*", "/sys/class/nvme-subsystem/*/nvme*/{state,transport}"],
        sources: [ClassDirectory<NVMeSubsystem>.self])

    let devices: ClassDirectory<NVMeSubsystem>
}

/// One subsystem, with its controllers, each of which is a path to it.
struct NVMeSubsystem: ClassDevice {
    enum Metric: Int, FamilyKey {
        case info, namespaceInfo, pathState, paths, pathsLive

        var family: MetricFamily {
            switch self {
            case .info:
                .gauge(
                    "node_nvmesubsystem_info", ["iopolicy", "model", "nqn", "serial", "subsystem"],
                    "1 for each subsystem, with what it says about itself.")
            case .namespaceInfo:
                .gauge(
                    "node_nvmesubsystem_namespace_info", ["device", "subsystem"],
                    "1 for each block device that is a namespace of the subsystem.")
            case .pathState:
                .gauge(
                    "node_nvmesubsystem_path_state", ["controller", "state", "subsystem", "transport"],
                    "1 for the state that the path is in, 0 for the others.")
            case .paths: .gauge("node_nvmesubsystem_paths", ["subsystem"], "Paths to the subsystem.")
            case .pathsLive: .gauge("node_nvmesubsystem_paths_live", ["subsystem"], "Those of them that work.")
            }
        }
    }

    static let className = "nvme-subsystem"
    static let noun = "NVMe subsystem"

    /// Attributes of the subsystem, and the labels that they become.
    private static let attributes: [(label: StaticString, file: StaticString)] = [
        ("iopolicy", "iopolicy"), ("model", "model"), ("nqn", "subsysnqn"), ("serial", "serial"),
    ]
    /// The states of a path as they are shown; the last one is for what the kernel may add.
    private static let states: [StaticString] = [
        "connecting", "dead", "deleting", "live", "new", "resetting", "unknown",
    ]

    private static let live = 3

    /// What is kept of a path.
    private struct Path {
        let name: String
        let state: KernelFile
        let transport: KernelFile
    }

    private let name: String
    private let info: AttributeLabels
    private var directory: WatchedDirectory
    private var paths: [Path] = []
    private var namespaces: [String] = []

    init?(name: String, folder: String, context: CollectorContext) {
        self.name = name
        info = AttributeLabels(
            renamed: Self.attributes, device: ("subsystem", name), in: folder, missing: .empty)
        directory = WatchedDirectory(folder)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        guard let change = directory.list(from: &reader, or: &writer) else { return }
        if case .changed(let names) = change { learn(names) }
        writer.write(.info, info.read(from: &reader, into: &writer), 1)
        for namespace in namespaces {
            let labels = writer.labels {
                $0.add("device", namespace)
                $0.add("subsystem", name)
            }
            writer.write(.namespaceInfo, labels, 1)
        }
        readPaths(from: &reader, into: &writer)
    }

    private func readPaths(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        var live: Int? = 0
        for path in paths {
            guard let state = state(of: path, from: &reader, into: &writer) else {
                // With a path whose state is not known the number of those that work is not known either.
                live = nil
                continue
            }
            if let known = live { live = known + (state == Self.live ? 1 : 0) }
            let transport = reader.text(of: path.transport, or: &writer) ?? Bytes("")
            for (index, word) in Self.states.enumerated() {
                let labels = writer.labels {
                    $0.add("controller", path.name)
                    $0.add("state", word)
                    $0.add("subsystem", name)
                    $0.add("transport", transport)
                }
                writer.write(.pathState, labels, index == state)
            }
        }
        let labels = writer.labels("subsystem", name)
        writer.write(.paths, labels, paths.count)
        if let live { writer.write(.pathsLive, labels, live) }
    }

    /// The place of a path's state in the list; nil where it cannot be read.
    private func state(
        of path: Path, from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) -> Int? {
        switch reader.attribute(path.state) {
        case .value(let word) where word.isEmpty:
            writer.loseItem("\(path.state.path) is empty")
        case .value(let word):
            // The kernel says "deleting (no IO)" of one that has given up its requests.
            if word.hasPrefix("deleting") { return Self.states.firstIndex { "\($0)" == "deleting" } }
            return Self.states.firstIndex { word == $0 } ?? Self.states.count - 1
        case .none:
            writer.loseItem("\(path.state.path) has no value")
        case .lost(let error):
            writer.loseItem(error.description)
        }
        return nil
    }

    private mutating func learn(_ names: [String]) {
        paths = []
        namespaces = []
        for name in names where name.hasPrefix("nvme") {
            if UInt32(name.dropFirst(4)) != nil {
                let folder = directory.path + "/" + name
                paths.append(
                    Path(
                        name: name, state: KernelFile(oneRead: folder + "/state"),
                        transport: KernelFile(oneRead: folder + "/transport")))
            } else if isNamespace(name) {
                namespaces.append(name)
            }
        }
    }

    /// Whether a name is that of a namespace (`nvme0n1`), not of one path to it (`nvme0c0n1`).
    private func isNamespace(_ name: String) -> Bool {
        let parts = name.dropFirst(4).split(separator: "n", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { UInt32($0) != nil }
    }
}
