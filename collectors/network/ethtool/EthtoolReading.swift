// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// How one interface's driver is asked, and what is kept from one scrape to the next.
struct EthtoolReading: ~Copyable {
    /// Gives the driver the command in the memory, in whose place the answer stands then; 0, or an errno.
    typealias Ask = (inout PageMemory) -> Int32

    /// Numbers of include/uapi/linux/ethtool.h.
    private enum Command {
        static let settings: UInt32 = 0x1
        static let driver: UInt32 = 0x3
        static let strings: UInt32 = 0x1b
        static let statistics: UInt32 = 0x1d
        static let linkSettings: UInt32 = 0x4c
    }

    private static let driverSize = 196
    private static let settingsSize = 44
    private static let linkSettingsSize = 48
    /// The set of strings that names the counters, and the size of one.
    private static let statisticStrings: UInt32 = 1
    private static let stringSize = EthtoolStatistics.nameSize
    /// Far above what any driver has.
    private static let statisticLimit = 65_536

    private var memory = PageMemory()
    private var statistics: EthtoolStatistics
    /// How many words of 32 bits a mask of link modes has with this kernel; 0 before it was asked.
    private var maskWords = 0

    /// A reading that shows the counters whose names match.
    init(metrics: Pattern?) {
        statistics = EthtoolStatistics(filter: metrics)
    }

    /// Asks the driver and writes the samples; what it does not have is left out, and every other failure is a loss.
    mutating func read(_ device: String, into writer: inout MetricWriter<EthtoolMetric>, asking ask: Ask) {
        let labels = writer.labels("device", device)
        let lost = readLinkModes(labels, into: &writer, ask)
        lose(lost, "the modes of the link", of: device, &writer)
        // Of an interface that is gone nothing else is asked.
        if lost == ENODEV { return }
        var count = 0
        let failure = command(Command.driver, size: Self.driverSize, ask)
        if failure == 0 {
            writeDriver(device, into: &writer)
            count = Int(memory.uint32(at: 180) ?? 0)
        } else {
            lose(failure, "the driver's description", of: device, &writer)
        }
        guard count > 0 else { return }
        // The driver may get another number of counters between two commands, with a queue more for example.
        for attempt in 1...3 {
            let failure = readStatistics(count, into: &writer, labels, ask)
            if failure == EAGAIN || failure == EFAULT, attempt < 3 {
                guard command(Command.driver, size: Self.driverSize, ask) == 0 else { continue }
                count = Int(memory.uint32(at: 180) ?? 0)
                continue
            }
            lose(failure, "the driver's counters", of: device, &writer)
            return
        }
    }

    private mutating func command(_ number: UInt32, size: Int, _ ask: Ask) -> Int32 {
        guard memory.reserve(size) else { return ENOMEM }
        memory.store(number, at: 0)
        return ask(&memory)
    }

    private func lose(
        _ failure: Int32, _ what: String, of device: String, _ writer: inout MetricWriter<EthtoolMetric>
    ) {
        if failure == 0 || failure == EOPNOTSUPP { return }
        writer.loseItem("\(device): \(what): \(KernelFileError.text(of: failure))")
    }

    // MARK: The driver

    private func writeDriver(_ device: String, into writer: inout MetricWriter<EthtoolMetric>) {
        func text(_ offset: Int) -> Bytes {
            let field = memory.bytes(at: offset, count: 32)
            return field.upTo(field.firstIndex(of: 0) ?? field.count)
        }
        let labels = writer.labels { labels in
            labels.add("bus_info", text(100))
            labels.add("device", device)
            labels.add("driver", text(4))
            labels.add("expansion_rom_version", text(132))
            labels.add("firmware_version", text(68))
            labels.add("version", text(36))
        }
        writer.write(.info, labels, 1)
    }

    // MARK: The link

    /// Reads and writes the modes of the link; 0, or the errno for which there are none.
    private mutating func readLinkModes(
        _ labels: Labels, into writer: inout MetricWriter<EthtoolMetric>, _ ask: Ask
    ) -> Int32 {
        var failure = askForLinkModes(ask)
        if failure == 0 {
            write(
                supported: Self.linkSettingsSize, advertised: Self.linkSettingsSize + maskWords * 4,
                negotiates: memory.uint8(at: 11) == 1, words: maskWords, labels, into: &writer)
        } else if failure == EOPNOTSUPP {
            // Kernels before 4.6, and drivers of some later ones, have the first 32 modes alone.
            failure = command(Command.settings, size: Self.settingsSize, ask)
            if failure == 0 {
                write(
                    supported: 4, advertised: 8, negotiates: memory.uint8(at: 18) == 1, words: 1, labels, into: &writer)
            }
        }
        return failure
    }

    /// Reads the modes of the link into the memory.
    ///
    /// The kernel wants to be told the size of its masks: told another one, it answers with the right one, negative.
    private mutating func askForLinkModes(_ ask: Ask) -> Int32 {
        for _ in 1...2 {
            guard memory.reserve(Self.linkSettingsSize + 3 * maskWords * 4) else { return ENOMEM }
            memory.store(Command.linkSettings, at: 0)
            // The byte of the masks' size is the last of the word at 12.
            memory.store(byte: UInt8(maskWords), at: 15)
            let failure = ask(&memory)
            guard failure == 0, let size = memory.uint8(at: 15).map({ Int8(bitPattern: $0) }) else {
                return failure == 0 ? EFAULT : failure
            }
            if size > 0 { return Int(size) == maskWords ? 0 : EBADMSG }
            if size == 0 || size == Int8.min { return EBADMSG }
            maskWords = Int(-size)
        }
        return EBADMSG
    }

    private func write(
        supported: Int, advertised: Int, negotiates: Bool, words: Int, _ labels: Labels,
        into writer: inout MetricWriter<EthtoolMetric>
    ) {
        func has(_ mask: Int, _ bit: Int) -> Bool {
            guard bit / 32 < words, let word = memory.uint32(at: mask + bit / 32 * 4) else { return false }
            return word >> UInt32(bit % 32) & 1 != 0
        }
        for mode in EthtoolLinkMode.all {
            let isSupported = has(supported, mode.bit)
            let isAdvertised = has(advertised, mode.bit)
            guard isSupported || isAdvertised else { continue }
            let bytesPerSecond = UInt64(mode.megabits) * 125_000
            let labels = writer.labels(labels) { labels in
                labels.add("duplex", mode.duplex)
                labels.add("mode", mode.name)
            }
            if isSupported { writer.write(.supportedSpeed, labels, bytesPerSecond) }
            if isAdvertised { writer.write(.advertisedSpeed, labels, bytesPerSecond) }
        }
        for port in EthtoolLinkMode.ports where has(supported, port.bit) {
            writer.write(.supportedPort, labels, extra: ("type", port.name), 1)
        }
        writer.write(.supportedAutonegotiation, labels, has(supported, EthtoolLinkMode.autonegotiation))
        writer.write(.supportedPause, labels, has(supported, EthtoolLinkMode.pause))
        writer.write(.supportedAsymmetricPause, labels, has(supported, EthtoolLinkMode.asymmetricPause))
        writer.write(.advertisedAutonegotiation, labels, has(advertised, EthtoolLinkMode.autonegotiation))
        writer.write(.advertisedPause, labels, has(advertised, EthtoolLinkMode.pause))
        writer.write(.advertisedAsymmetricPause, labels, has(advertised, EthtoolLinkMode.asymmetricPause))
        writer.write(.autonegotiation, labels, negotiates)
    }

    // MARK: The counters

    /// Reads names and values; `EAGAIN` where the driver has another number of them than was said.
    private mutating func readStatistics(
        _ count: Int, into writer: inout MetricWriter<EthtoolMetric>, _ labels: Labels, _ ask: Ask
    ) -> Int32 {
        guard count <= Self.statisticLimit else { return EMSGSIZE }
        guard memory.reserve(12 + count * Self.stringSize) else { return ENOMEM }
        memory.store(Command.strings, at: 0)
        memory.store(Self.statisticStrings, at: 4)
        memory.store(UInt32(count), at: 8)
        var failure = ask(&memory)
        if failure != 0 { return failure }
        guard memory.uint32(at: 8) == UInt32(count) else { return EAGAIN }
        statistics.update(memory.bytes(at: 12, count: count * Self.stringSize))
        guard memory.reserve(8 + count * 8) else { return ENOMEM }
        memory.store(Command.statistics, at: 0)
        memory.store(UInt32(count), at: 4)
        failure = ask(&memory)
        if failure != 0 { return failure }
        guard memory.uint32(at: 4) == UInt32(count) else { return EAGAIN }
        for row in statistics.rows {
            guard let value = memory.uint64(at: 8 + row.position * 8) else { continue }
            switch row.target {
            case .metric(let metric): writer.write(metric, labels, value)
            case .family(let family): writer.write(writer.family(family), labels, value)
            }
        }
        for loss in statistics.losses { writer.loseItem(loss) }
        return 0
    }
}
