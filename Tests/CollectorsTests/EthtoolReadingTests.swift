// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import Testing

@testable import Collectors

/// A made-up driver answers the commands that the kernel would hand to a real one.
@Suite struct EthtoolReadingTests {
    /// What a driver has, and how often it was asked for what.
    private final class Driver {
        var texts: [Int: String] = [4: "made_up", 36: "6.1.0", 68: "7.13 (b\"1)", 100: "0000:3b:00.0", 132: ""]
        var counters: [(name: String, value: UInt64)] = []
        /// Bits of the link modes, nil where the driver has none.
        var supported: [Int]?
        var advertised: [Int] = []
        var negotiates = false
        /// False for a kernel that has only the first 32 modes.
        var hasWideMasks = true
        /// Errors by the command's number.
        var failures: [UInt32: Int32] = [:]
        /// What happens when a command is handed over, before it is answered.
        var before: (UInt32) -> Void = { _ in }

        func answer(_ memory: inout PageMemory) -> Int32 {
            guard let command = memory.uint32(at: 0) else { return EFAULT }
            before(command)
            if let failure = failures[command] { return failure }
            switch command {
            case 0x3: return description(&memory)
            case 0x1b: return names(&memory)
            case 0x1d: return values(&memory)
            case 0x4c: return linkSettings(&memory)
            case 0x1: return settings(&memory)
            default: return EOPNOTSUPP
            }
        }

        private func check(_ number: Int, _ expected: Int) { #expect(number == expected) }

        private func put(_ text: String, at offset: Int, _ memory: inout PageMemory) {
            for (position, byte) in text.utf8.enumerated() { memory.store(byte: byte, at: offset + position) }
        }

        private func description(_ memory: inout PageMemory) -> Int32 {
            check(memory.count, 196)
            for (offset, text) in texts { put(text, at: offset, &memory) }
            memory.store(UInt32(counters.count), at: 180)
            return 0
        }

        private func names(_ memory: inout PageMemory) -> Int32 {
            check(Int(memory.uint32(at: 4) ?? 0), 1)
            // Like the kernel, which writes as many as there are; what lies beyond the memory fails.
            if memory.count < 12 + counters.count * 32 { return EFAULT }
            memory.store(UInt32(counters.count), at: 8)
            for (position, counter) in counters.enumerated() { put(counter.name, at: 12 + position * 32, &memory) }
            return 0
        }

        private func values(_ memory: inout PageMemory) -> Int32 {
            if memory.count < 8 + counters.count * 8 { return EFAULT }
            memory.store(UInt32(counters.count), at: 4)
            for (position, counter) in counters.enumerated() {
                let halves = (UInt32(truncatingIfNeeded: counter.value), UInt32(counter.value >> 32))
                let isLittle = UInt16(1).littleEndian == 1
                memory.store(isLittle ? halves.0 : halves.1, at: 8 + position * 8)
                memory.store(isLittle ? halves.1 : halves.0, at: 12 + position * 8)
            }
            return 0
        }

        private func store(_ bits: [Int], words: Int, at offset: Int, _ memory: inout PageMemory) {
            for word in 0..<words {
                let mask = bits.filter { $0 / 32 == word }.reduce(UInt32(0)) { $0 | 1 << UInt32($1 % 32) }
                memory.store(mask, at: offset + word * 4)
            }
        }

        private func linkSettings(_ memory: inout PageMemory) -> Int32 {
            guard let supported, hasWideMasks else { return EOPNOTSUPP }
            let words = 4
            guard memory.uint8(at: 15) == UInt8(words) else {
                memory.store(byte: UInt8(bitPattern: Int8(-words)), at: 15)
                return 0
            }
            check(memory.count, 48 + 3 * words * 4)
            memory.store(byte: negotiates ? 1 : 0, at: 11)
            store(supported, words: words, at: 48, &memory)
            store(advertised, words: words, at: 48 + words * 4, &memory)
            return 0
        }

        private func settings(_ memory: inout PageMemory) -> Int32 {
            guard let supported else { return EOPNOTSUPP }
            check(memory.count, 44)
            memory.store(byte: negotiates ? 1 : 0, at: 18)
            store(supported, words: 1, at: 4, &memory)
            store(advertised, words: 1, at: 8, &memory)
            return 0
        }
    }

    /// The samples that a reading gives, sorted, and the losses.
    private func read(
        _ driver: Driver, metrics: String? = ".*", times: Int = 1
    ) throws -> (samples: [String], losses: Int, first: String?) {
        var reading = EthtoolReading(metrics: try metrics.map { try Pattern($0) })
        var writer = MetricWriter<EthtoolMetric>(openFamilies: EthtoolDevice.openFamilies)
        for _ in 0..<times {
            writer.reset()
            reading.read("eth0", into: &writer) { driver.answer(&$0) }
        }
        let fault = writer.fault
        #expect(fault == nil)
        let (losses, first) = (writer.itemsLost, writer.firstLoss)
        var composer = PageComposer()
        composer.reset()
        composer.add(writer)
        let page = String(decoding: composer.page(.text), as: UTF8.self)
        return (page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init).sorted(), losses, first)
    }

    private static let info =
        #"node_ethtool_info{bus_info="0000:3b:00.0",device="eth0",driver="made_up",expansion_rom_version="",firmware_version="7.13 (b\"1)",version="6.1.0"} 1"#

    @Test("a driver is described, and its counters are named after its own names")
    func counters() throws {
        let driver = Driver()
        driver.counters = [
            ("rx_bytes", 1 << 40), ("tx_errors", 2), ("port.rx_dropped", 12), ("tx0_tx_timeouts", 4), ("rx", 5),
            ("__RX__Prio: 3 (pkts)", 6), ("", 7), ("veryverylongname_of_32_bytes_rxab", 8), ("tx_rx_tx", 9),
        ]
        let (samples, losses, _) = try read(driver, times: 2)
        #expect(losses == 0)
        #expect(
            samples
                == [
                    Self.info, #"node_ethtool_port_received_dropped{device="eth0"} 12"#,
                    #"node_ethtool_received_bytes_total{device="eth0"} 1.099511627776e+12"#,
                    #"node_ethtool_received{device="eth0"} 5"#,
                    #"node_ethtool_received__prio_3_pkts_{device="eth0"} 6"#,
                    #"node_ethtool_transmitted_errors_total{device="eth0"} 2"#,
                    #"node_ethtool_transmitted_received_transmitted{device="eth0"} 9"#,
                    #"node_ethtool_tx0_transmitted_timeouts{device="eth0"} 4"#,
                    #"node_ethtool_veryverylongname_of_32_bytes_rxa{device="eth0"} 8"#,
                ].sorted())
    }

    @Test("only counters whose sanitized names match are shown")
    func filtered() throws {
        let driver = Driver()
        driver.counters = [("a.b", 1), ("a_c", 2), ("d", 3)]
        let samples = try read(driver, metrics: "^a_[bx]").samples
        #expect(samples == [#"node_ethtool_a_b{device="eth0"} 1"#, Self.info])
        #expect(try read(driver, metrics: nil).samples.count == 4)
    }

    @Test("counters that become one name are lost, as one that takes a name which has another meaning")
    func clashes() throws {
        let driver = Driver()
        driver.counters = [
            ("one two", 1), ("one_two", 2), ("one:two", 3), ("info", 4), ("twice", 5), ("twice", 6), ("_", 7),
        ]
        let (samples, losses, first) = try read(driver, times: 2)
        #expect(samples == [Self.info, #"node_ethtool_twice{device="eth0"} 6"#].sorted())
        #expect(losses == 4)
        #expect(first == "the driver's counters \"one_two\" and another become one name")
    }

    @Test("a driver that gets more counters between two commands is asked again")
    func growing() throws {
        let driver = Driver()
        driver.counters = [("a", 1)]
        driver.before = { command in
            // Once after it was told how many there are, once between names and values.
            if command == 0x1b, driver.counters.count == 1 { driver.counters.append(("b", 2)) }
            if command == 0x1d, driver.counters.count == 2 { driver.counters.insert(("c", 3), at: 0) }
        }
        let (samples, losses, _) = try read(driver)
        #expect(losses == 0)
        #expect(samples.filter { !$0.hasPrefix("node_ethtool_info") }.map { String($0.suffix(1)) } == ["1", "2", "3"])
    }

    @Test("counters that never hold still are lost, and nothing of them is shown")
    func restless() throws {
        let driver = Driver()
        driver.counters = [("a", 1)]
        driver.before = { command in if command == 0x1d { driver.counters.append(("b\(driver.counters.count)", 2)) } }
        let (samples, losses, _) = try read(driver)
        #expect(samples == [Self.info])
        #expect(losses == 1)
    }

    @Test("other names in the same number of counters are noticed")
    func renamed() throws {
        let driver = Driver()
        driver.counters = [("queue_0", 1), ("queue_1", 2)]
        var reads = 0
        driver.before = { command in
            if command == 0x3 { reads += 1 }
            if reads == 2 { driver.counters = [("ring_0", 1), ("queue_1", 2)] }
        }
        #expect(try read(driver, times: 2).samples.contains(#"node_ethtool_ring_0{device="eth0"} 1"#))
    }

    @Test("the modes of a link have speed and duplex, those of new kernels too")
    func modes() throws {
        let driver = Driver()
        // 10 half and full, autonegotiation, twisted pair, pause, 25000baseCR and, beyond 64, 800000baseCR8.
        driver.supported = [0, 1, 6, 7, 13, 31, 93]
        driver.advertised = [1, 14]
        driver.negotiates = true
        driver.failures = [0x3: EOPNOTSUPP]
        let wide = try read(driver, times: 2)
        #expect(wide.losses == 0)
        #expect(
            wide.samples
                == [
                    #"node_network_advertised_speed_bytes{device="eth0",duplex="full",mode="10baseT"} 1.25e+06"#,
                    #"node_network_asymmetricpause_advertised{device="eth0"} 1"#,
                    #"node_network_asymmetricpause_supported{device="eth0"} 0"#,
                    #"node_network_autonegotiate_advertised{device="eth0"} 0"#,
                    #"node_network_autonegotiate_supported{device="eth0"} 1"#,
                    #"node_network_autonegotiate{device="eth0"} 1"#,
                    #"node_network_pause_advertised{device="eth0"} 0"#,
                    #"node_network_pause_supported{device="eth0"} 1"#,
                    #"node_network_supported_port_info{device="eth0",type="TP"} 1"#,
                    #"node_network_supported_speed_bytes{device="eth0",duplex="full",mode="10baseT"} 1.25e+06"#,
                    #"node_network_supported_speed_bytes{device="eth0",duplex="half",mode="10baseT"} 1.25e+06"#,
                    #"node_network_supported_speed_bytes{device="eth0",duplex="full",mode="25000baseCR"} 3.125e+09"#,
                    #"node_network_supported_speed_bytes{device="eth0",duplex="full",mode="800000baseCR8"} 1e+11"#,
                ].sorted())
        driver.hasWideMasks = false
        let narrow = try read(driver)
        #expect(narrow.losses == 0)
        #expect(narrow.samples == wide.samples.filter { !$0.hasSuffix(" 1e+11") })
    }

    @Test("what a driver does not have is no loss, and what it fails at is")
    func failures() throws {
        let driver = Driver()
        driver.failures = [0x3: EOPNOTSUPP]
        let nothing = try read(driver)
        #expect(nothing.samples.isEmpty && nothing.losses == 0)
        driver.failures = [0x3: ENODEV, 0x4c: ENODEV]
        let gone = try read(driver)
        #expect(gone.samples.isEmpty && gone.losses == 1)
        #expect(gone.first == "eth0: the modes of the link: No such device")
        driver.counters = [("a", 1)]
        driver.failures = [0x1d: EIO]
        let broken = try read(driver)
        #expect(broken.samples == [Self.info] && broken.losses == 1)
    }

    @Test("the modes are the kernel's: no bit is there twice, and a name says its speed")
    func table() {
        let modes = EthtoolLinkMode.all
        #expect(Set(modes.map(\.bit)).count == modes.count)
        #expect(modes.allSatisfy { "\($0.name)".hasPrefix("\($0.megabits)base") })
        #expect(modes.map(\.bit) == modes.map(\.bit).sorted())
        let others = EthtoolLinkMode.ports.map(\.bit) + [6, 13, 14]
        #expect(Set(modes.map(\.bit)).isDisjoint(with: others))
    }
}
