// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// The host's load under the names that Daena's dashboards and rules know.
///
/// Each part (CPUs, memory, disks, network, counts) is written if it can be read; none of them costs another.
struct DaenaCollector: Collector {
    typealias Metric = DaenaMetric

    static let descriptor = CollectorDescriptor(
        name: "daena", group: .daena, help: "CPU, memory, disk, network and GPU use under Daena's names.",
        reads: [
            "/proc/stat", "/proc/meminfo", "statfs(2) of the mounts",
            "rtnetlink RTM_GETLINK, or /proc/net/dev where "
                + "--path.procfs is another one", "/proc/loadavg", "/proc/sys/fs/file-nr", "/proc/net/sockstat",
            "/sys/devices/system/cpu/online", "the device inventory", "GPUs as nvidia, amdgpu and intelgpu read them",
        ],
        sources: [
            CPUTimesSource.self, MountSource.self, LinkSource.self, DeviceInventory.self, NVIDIASource.self,
            CardSource.self,
        ], )

    private let cpus: CPUTimesSource
    private let mounts: MountSource
    private let network: DaenaNetwork
    private let gpus: DaenaGPUs
    private let memory, loadavg, fileHandles, sockstat: KernelFile
    private let online: KernelFile

    init(context: CollectorContext) throws(ConfigurationError) {
        let roots = context.roots
        cpus = try context.source(CPUTimesSource.self)
        mounts = try context.source(MountSource.self)
        network = try DaenaNetwork(context)
        gpus = try DaenaGPUs(context)
        memory = context.sharedFile(inOnePiece: roots.proc("meminfo"))
        loadavg = context.sharedFile(inOnePiece: roots.proc("loadavg"))
        fileHandles = context.sharedFile(inOnePiece: roots.proc("sys/fs/file-nr"))
        sockstat = context.sharedFile(inOnePiece: roots.proc("net/sockstat"))
        online = KernelFile(oneRead: roots.sys("devices/system/cpu/online"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        collectCPUs(from: &reader, into: &writer)
        collectMemory(from: &reader, into: &writer)
        collectDisks(in: reader.scrape, into: &writer)
        network.collect(from: &reader, into: &writer)
        gpus.collect(from: &reader, into: &writer)
        // 0.20 0.18 0.12 1/80 11206: the fourth field has the threads that run and all of them.
        collectCount(loadavg, .threads, from: &reader, into: &writer) { fields in
            fields.skipFields(3)
            guard let field = fields.nextField(), let slash = field.firstIndex(of: UInt8(ascii: "/")) else {
                return nil
            }
            return field.from(slash &+ 1).unsigned
        }
        collectCount(fileHandles, .fileHandles, from: &reader, into: &writer) { $0.nextUnsigned() }
        // sockets: used 294
        collectCount(sockstat, .sockets, from: &reader, into: &writer) { fields in
            guard let name = fields.nextField(), name == "sockets:", let used = fields.nextField(), used == "used"
            else {
                return nil
            }
            return fields.nextUnsigned()
        }
        guard writer.sampleCount > 0 || writer.itemsLost > 0 else {
            return .noKernelFeature("nothing of the host can be seen: \(memory.path) is not there")
        }
        return .available
    }

    private func collectCPUs(from reader: inout KernelFileReader, into writer: inout Writer) {
        var isOnline: Bool?
        do throws(CollectorError) {
            isOnline = try cpus.usage(from: &reader) { usage in
                if let percent = usage.totalPercent { writer.writeSummary("cpu_usage", percent) }
                for index in usage.cpus {
                    guard let (cpu, percent) = usage.percent(at: index) else { continue }
                    let labels = writer.labels { $0.add("cpu", cpu) }
                    writer.write(Metric.cpuUsage, labels, percent)
                }
                return !usage.cpus.isEmpty
            }
        } catch {
            writer.lose(error)
        }
        // Where /proc/stat shows no CPU, sysfs is read; where neither shows one, there are no samples of CPUs.
        if isOnline != true, case .value(let list) = reader.attribute(online) { isOnline = !list.isEmpty }
        guard let isOnline else { return }
        let labels = writer.labels("device_type", "cpu")
        writer.write(Metric.deviceAvailable, labels, isOnline)
    }

    private func collectMemory(from reader: inout KernelFileReader, into writer: inout Writer) {
        do throws(CollectorError) {
            guard let bytes = try reader.readIfPresent(memory) else { return }
            let now = DaenaMemory(bytes)
            if now.isIncomplete { writer.loseItem("\(memory.path): unexpected content") }
            if let total = now.totalBytes {
                writer.write(Metric.memoryLimit, total)
                writer.writeMemory("virtual_total", total)
            }
            if let used = now.usedBytes {
                writer.write(Metric.memoryUsed, used)
                writer.writeMemory("virtual", used)
            }
            if let percent = now.usedPercent { writer.writeSummary("memory_usage", percent) }
            if let used = now.swapUsedBytes { writer.writeMemory("swap", used) }
            if let total = now.swapTotalBytes { writer.writeMemory("swap_total", total) }
        } catch {
            writer.lose(error)
        }
    }

    /// A mount that hangs or fails is lost by the filesystem collector; here its share is only not there.
    private func collectDisks(in scrape: UInt64, into writer: inout Writer) {
        if let percent = mounts.rootSpace(in: scrape).flatMap(Self.usedPercent) {
            writer.writeSummary("disk_usage", percent)
        }
        mounts.forEachAnswer(in: scrape) { mount, space in
            guard let percent = Self.usedPercent(space) else { return }
            let labels = writer.labels("mount", mount.mountPoint)
            writer.write(Metric.diskUsage, labels, percent)
        }
    }

    /// As df counts: blocks kept for root are neither used nor to be had.
    ///
    /// nil for file systems without blocks.
    private static func usedPercent(_ space: FilesystemSpace) -> Double? {
        guard space.blocks >= space.freeBlocks else { return nil }
        let used = Double(space.blocks &- space.freeBlocks)
        let usable = used + Double(space.availableBlocks)
        return usable > 0 ? 100 * used / usable : nil
    }

    private func collectCount(
        _ file: KernelFile, _ metric: Metric, from reader: inout KernelFileReader, into writer: inout Writer,
        _ parse: (inout ByteScanner) -> UInt64?
    ) {
        do throws(CollectorError) {
            guard let bytes = try reader.readIfPresent(file) else { return }
            var fields = ByteScanner(bytes)
            guard let count = parse(&fields) else { throw .malformed(file.path, bytes) }
            writer.write(metric, count)
        } catch {
            writer.lose(error)
        }
    }
}

extension MetricWriter where Key == DaenaMetric {
    /// Writes one of the numbers of `daena_memory_metric`.
    mutating func writeSummary(_ name: StaticString, _ value: some SampleNumber) {
        write(DaenaMetric.summary, .none, extra: ("name", name), value)
    }

    /// Writes one of the numbers of `sunflower_memory_usage_bytes`.
    mutating func writeMemory(_ type: StaticString, _ bytes: UInt64) {
        write(DaenaMetric.memory, .none, extra: ("type", type), bytes)
    }
}
