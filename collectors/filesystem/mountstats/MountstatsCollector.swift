// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Work of each NFS mount.
///
/// Source: /proc/self/mountstats, kernel fs/nfs/super.c and net/sunrpc/stats.c. Its lanes are its own, because the
/// kernel asks the file systems themselves for their lines, and one whose server is gone may not answer.
struct MountstatsCollector: Collector {
    typealias Metric = MountstatsMetric

    static let descriptor = CollectorDescriptor(
        name: "mountstats", group: .filesystem, isDefault: false, help: "What was done on each NFS mount.",
        reads: ["/proc/self/mountstats", "/proc/self/mountinfo"], lane: .own, absentIsSuccess: true)

    /// What makes the statistics those of one server: mounts that share them are shown once.
    private struct Export {
        let device, address, transport: Bytes

        static func == (left: Export, right: Export) -> Bool {
            left.device == right.device && left.address == right.address && left.transport == right.transport
        }
    }

    private let procfs: String
    private var statistics, information: KernelFile
    private let tables = MountstatsMetric.Tables()
    private var exports: [Export] = []

    init(context: CollectorContext) {
        procfs = context.roots.procfs
        statistics = KernelFile(context.roots.proc("self/mountstats"))
        information = KernelFile(context.roots.proc("self/mountinfo"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try readStatistics(&reader) else {
            return .noKernelFeature("\(statistics.path) is not there")
        }
        var mounts = MountStatistics(bytes)
        // Both files have the mounts in the same order. Most hosts have none of NFS, and need the other one not.
        var addresses = MountAddresses(Bytes(""))
        var isRead = false
        exports.removeAll(keepingCapacity: true)
        while let mount = mounts.next() {
            guard mount.hasStatistics else { continue }
            if !isRead {
                addresses = MountAddresses(try reader.read(information))
                isRead = true
            }
            write(mount, address: addresses.address(ofMount: mount.number), into: &writer)
        }
        for line in mounts.malformed { writer.loseItem("\(statistics.path): unexpected line \"\(line.text)\"") }
        return .available
    }

    /// Where a tree was copied without its links, `self` is a file that holds what the link would point to.
    private mutating func readStatistics(_ reader: inout KernelFileReader) throws(CollectorError) -> Bytes? {
        if let bytes = try reader.readIfPresent(statistics) { return bytes }
        guard let target = try? reader.contents(ofPath: procfs + "/self").trimmed, target.unsigned != nil else {
            return nil
        }
        statistics = KernelFile("\(procfs)/\(target.text)/mountstats")
        information = KernelFile("\(procfs)/\(target.text)/mountinfo")
        return try reader.readIfPresent(statistics)
    }

    private mutating func write(_ mount: MountStatistics.Mount, address: Bytes, into writer: inout Writer) {
        var transports = mount.lines
        while let line = transports.next() {
            var words = line.fields
            guard words.nextField().map({ $0 == "xprt:" }) ?? false, let transport = words.nextField() else { continue }
            let info = writer.labels {
                $0.add("export", mount.device)
                $0.add("mountaddr", address)
                $0.add("mountpoint", mount.mountPoint)
                $0.add("protocol", transport)
            }
            writer.write(.mountpointInfo, info, 1)
            let export = Export(device: mount.device, address: address, transport: transport)
            if exports.contains(where: { $0 == export }) { return }
            exports.append(export)
            writeStatistics(mount, export, into: &writer)
        }
    }

    private func writeStatistics(_ mount: MountStatistics.Mount, _ export: Export, into writer: inout Writer) {
        let labels = writer.labels {
            $0.add("export", export.device)
            $0.add("mountaddr", export.address)
            $0.add("protocol", export.transport)
        }
        let start = writer.labels {
            $0.add("export", export.device)
            $0.add("mountaddr", export.address)
        }
        var transport = 0
        var isPerOperation = false
        var lines = mount.lines
        while let line = lines.next() {
            var words = line.fields
            guard let name = words.nextField() else { continue }
            var isGood = true
            if isPerOperation {
                let labels = writer.labels(start) {
                    $0.add("operation", name.hasSuffix(":") ? name.upTo(name.count &- 1) : name)
                    $0.add("protocol", export.transport)
                }
                isGood = tables.operation.write(words, labels, into: &writer)
            } else if name == "age:" {
                isGood = tables.age.write(words, labels, into: &writer)
            } else if name == "bytes:" {
                isGood = tables.bytes.write(words, labels, into: &writer)
            } else if name == "events:" {
                isGood = tables.events.write(words, labels, into: &writer)
            } else if name == "xprt:" {
                let labels = writer.labels(labels) { $0.add("transport", transport) }
                transport += 1
                isGood = tables.writeTransport(words, labels, into: &writer)
            } else if name == "per-op" {
                isPerOperation = true
            }
            if !isGood { writer.loseItem("\(statistics.path): unexpected line \"\(line.line.upTo(64).text)\"") }
        }
    }
}
