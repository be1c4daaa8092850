// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors

/// The interfaces of the host that runs the tests, whatever they are, read in two ways.
@Suite struct NetworkInterfacesTests {
    /// The page of one collector on this host, or what came of it instead.
    private func page(_ name: String, sysfs: String = "/sys", flags: [String] = []) throws -> [String]? {
        let entry = try #require(Registry.entries.first { $0.descriptor.name == name })
        let table = FlagTable(entry.descriptor.options)
        let options = Options(given: try table.parse(flags).given)
        let driver = try ScrapeDriver([entry], roots: Roots(sysfs: sysfs), options: options)
        for _ in 1...3 { driver.scrape() }
        #expect(driver.result.fault == nil)
        guard driver.result.outcome == .available else { return nil }
        return driver.text.split(separator: "\n").map(String.init).sorted()
    }

    @Test("netclass shows the same by the dump of links as by sysfs")
    func netclassTwoWays() throws {
        // A sysfs shows the interfaces of the network namespace that it was mounted in.
        let listed = Set((try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")) ?? [])
        guard listed.subtracting(["bonding_masters"]) == Self.interfaceNames() else {
            try Test.cancel("/sys shows other interfaces than this network namespace has")
        }
        // Not the running kernel's sysfs by its path, so that all files are read.
        for attempt in 1...3 {
            guard let files = try page("netclass", sysfs: "/sys/."), let dump = try page("netclass") else {
                try Test.cancel("this sandbox has no interfaces to read")
            }
            // An interface may come, go or change between the two.
            if files == dump { return }
            if attempt == 3 { #expect(files == dump) }
        }
    }

    private static func interfaceNames() -> Set<String> {
        guard let list = if_nameindex() else { return [] }
        defer { if_freenameindex(list) }
        var names: Set<String> = []
        var entry = list
        while let name = entry.pointee.if_name {
            names.insert(String(cString: name))
            entry += 1
        }
        return names
    }

    @Test("netdev shows the same series by the dump of links as by /proc/net/dev")
    func netdevTwoWays() throws {
        guard let dump = try page("netdev"), let lines = try page("netdev", flags: ["--no-collector.netdev.netlink"])
        else {
            try Test.cancel("this sandbox has no interfaces to read")
        }
        func series(_ page: [String]) -> [String] {
            page.filter { !$0.hasPrefix("#") && !$0.contains("_nohandler_") }
                .map { String($0.prefix { $0 != " " }) }
        }
        #expect(series(dump) == series(lines))
    }

    @Test("netdev shows the addresses of this host, each with its device, mask and scope")
    func addresses() throws {
        guard let page = try page("netdev", flags: ["--collector.netdev.address-info"]) else {
            try Test.cancel("this sandbox has no interfaces to read")
        }
        let addresses = page.filter { $0.hasPrefix("node_network_address_info{") }
        guard !addresses.isEmpty else { try Test.cancel("no interface here has an address") }
        let expression = try Regex(
            #"node_network_address_info\{device="[^"]+",address="[0-9a-f.:]+",netmask="[0-9]+",scope="[a-z-]*"\} 1"#)
        for line in addresses { #expect(line.wholeMatch(of: expression) != nil, "\(line)") }
        let loopback = #"node_network_address_info{device="lo",address="127.0.0.1",netmask="8",scope="link-local"} 1"#
        if page.contains(where: { $0.contains("\"127.0.0.1\"") }) { #expect(addresses.contains(loopback)) }
    }

    @Test("netdev shows no address of an interface that its filters leave out")
    func filteredAddresses() throws {
        func devices(_ flags: [String]) throws -> Set<String>? {
            guard let page = try page("netdev", flags: ["--collector.netdev.address-info"] + flags) else { return nil }
            let expression = try Regex<(Substring, Substring)>(#"node_network_address_info\{device="([^"]+)",.*"#)
            return Set(page.compactMap { $0.wholeMatch(of: expression).map { String($0.output.1) } })
        }
        guard let all = try devices([]), all.contains("lo") else {
            try Test.cancel("the loopback interface has no address here")
        }
        #expect(try devices(["--collector.netdev.device-exclude=^lo$"]) == all.subtracting(["lo"]))
        #expect(try devices(["--collector.netdev.device-include=^lo$"]) == ["lo"])
    }

    @Test("ethtool names the driver of each interface that has a device")
    func drivers() throws {
        let folder = "/sys/class/net"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let real = Set(names.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/device/driver") })
        guard !real.isEmpty, real.isSubset(of: Self.interfaceNames()), let page = try page("ethtool") else {
            try Test.cancel("no interface here has a device with a driver")
        }
        let expression = try Regex<(Substring, Substring)>(
            #"node_ethtool_info\{bus_info="[^"]*",device="([^"]+)",driver="[^"]+",.*"#)
        let described = Set(page.compactMap { $0.wholeMatch(of: expression).map { String($0.output.1) } })
        #expect(real.isSubset(of: described))
    }
}
