// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeDaemonSupport
import Foundation
import KernelFiles
import SDBus
import ScrapeSupport
import Testing

@testable import Collectors

/// How often systemd is asked, and what becomes of answers that do not come.
@Suite struct SystemdCollectorTests {
    /// A service's state, type and other properties, as the fake bus takes them.
    private struct Service {
        var name: String
        var state = "active"
        var type: Any = ["s", "simple"]
    }

    private static func script(_ services: [Service], loadTime: Any = ["t", 1]) throws -> String {
        let prefix = "org.freedesktop.systemd1."
        let units = services.map { service in
            [
                service.name, "A service", "loaded", service.state, "running", "", "/unit/" + service.name.prefix(1), 0,
                "", "/",
            ] as [Any]
        }
        var objects: [String: Any] = [
            "/org/freedesktop/systemd1": [
                prefix + "Manager": [
                    "ListUnits()": ["a(ssssssouso)", units], "Version": ["s", "257.9"],
                    "Virtualization": ["s", "kvm"], "SystemState": ["s", "running"],
                    "UnitsLoadTimestampMonotonic": loadTime,
                ] as [String: Any]
            ]
        ]
        for service in services {
            objects["/unit/" + service.name.prefix(1)] = [
                prefix + "Service": ["Type": service.type, "NRestarts": ["u", 4]] as [String: Any]
            ]
        }
        return String(decoding: try JSONSerialization.data(withJSONObject: objects), as: UTF8.self)
    }

    private func driver(_ bus: FakeBus, _ flags: [String] = []) throws -> ScrapeDriver {
        do throws(SDBusError) {
            _ = try SDBusLibrary()
        } catch {
            print("skipped: SystemdCollectorTests: \(error)")
            try Test.cancel("\(error)")
        }
        let entry = CollectorEntry(SystemdCollector.self)
        let table = FlagTable(entry.descriptor.options)
        let given = try table.parse(["--collector.systemd.bus-address=" + bus.address] + flags).given
        return try ScrapeDriver([entry], roots: .nowhere, options: Options(given: given))
    }

    private func calls(of bus: FakeBus, in driver: ScrapeDriver) -> Int {
        let before = bus.callCount
        driver.scrape()
        return bus.callCount - before
    }

    private let three = [
        Service(name: "a.service"), Service(name: "b.service", state: "inactive"), Service(name: "c.service"),
    ]

    @Test("types of units are asked for once, until systemd reads its unit files anew")
    func types() throws {
        let bus = try FakeBus(try Self.script(three))
        let driver = try driver(bus)
        // Hello, the list with four properties, three types.
        #expect(calls(of: bus, in: driver) == 1 + 5 + 3)
        #expect(driver.text.contains(#"unit_state{name="b.service",state="inactive",type="simple"} 1"#))
        #expect(calls(of: bus, in: driver) == 5)
        var changed = three
        changed[1].type = ["s", "notify"]
        bus.change(to: try Self.script(changed, loadTime: ["t", 2]))
        #expect(calls(of: bus, in: driver) == 5 + 3)
        #expect(driver.text.contains(#"unit_state{name="b.service",state="inactive",type="notify"} 1"#))
    }

    @Test("a unit whose state changes is asked for its type again, and every unit once in a while")
    func typesLater() throws {
        let bus = try FakeBus(try Self.script(three))
        let driver = try driver(bus)
        driver.scrape()
        var changed = three
        changed[0].state = "failed"
        changed[0].type = ["s", "exec"]
        changed[2].type = ["s", "oneshot"]
        bus.change(to: try Self.script(changed))
        #expect(calls(of: bus, in: driver) == 5 + 1)
        #expect(driver.text.contains(#"unit_state{name="a.service",state="failed",type="exec"} 1"#))
        #expect(driver.text.contains(#"unit_state{name="c.service",state="active",type="simple"} 1"#))
        for _ in 0..<32 { driver.scrape() }
        #expect(driver.text.contains(#"unit_state{name="c.service",state="active",type="oneshot"} 1"#))
    }

    @Test("a systemd that does not say when it read its unit files is asked for all types each time")
    func olderTypes() throws {
        let bus = try FakeBus(try Self.script(three, loadTime: "org.freedesktop.DBus.Error.UnknownProperty"))
        let driver = try driver(bus)
        driver.scrape()
        #expect(calls(of: bus, in: driver) == 5 + 3)
        #expect(driver.state == "ok")
    }

    @Test("units that come and go in any order keep their own types")
    func order() throws {
        let bus = try FakeBus(try Self.script(three))
        let driver = try driver(bus)
        driver.scrape()
        var others = [Service(name: "d.service", type: ["s", "dbus"]), three[2], three[0]]
        others[1].type = ["s", "hangs if it is asked for"]
        bus.change(to: try Self.script(others))
        #expect(calls(of: bus, in: driver) == 5 + 1)
        #expect(!driver.text.contains("b.service"))
        #expect(driver.text.contains(#"unit_state{name="d.service",state="active",type="dbus"} 1"#))
        #expect(driver.text.contains(#"unit_state{name="c.service",state="active",type="simple"} 1"#))
    }

    @Test("a unit that does not answer in time is lost by itself, and the next scrape asks over a new connection")
    func hangs() throws {
        var services = three
        services[1].type = "hangs"
        let bus = try FakeBus(try Self.script(services))
        let driver = try driver(bus, ["--collector.systemd.enable-restarts-metrics"])
        driver.scrape()
        #expect(driver.state == "degraded 1")
        #expect(!driver.text.contains(#"unit_state{name="b.service""#))
        #expect(driver.text.contains(#"unit_state{name="c.service",state="active",type="simple"} 1"#))
        #expect(driver.text.contains(#"service_restart_total{name="b.service"} 4"#))
        bus.change(to: try Self.script(three))
        // Hello again, and the type that is missing.
        #expect(calls(of: bus, in: driver) == 1 + 5 + 1 + 3)
        #expect(driver.state == "ok")
    }

    @Test("a bus that was restarted between two scrapes is no failure")
    func restarted() throws {
        let bus = try FakeBus(try Self.script(three))
        let driver = try driver(bus)
        driver.scrape()
        bus.disconnectAll()
        driver.scrape()
        #expect(driver.state == "ok")
        #expect(driver.text.contains(#"node_systemd_version{version="257.9"} 257.9"#))
    }

    @Test("the systemd of this host answers, where there is one")
    func live() throws {
        let driver = try ScrapeDriver([CollectorEntry(SystemdCollector.self)], roots: Roots())
        driver.scrape()
        if case .absent(let absence) = driver.result.outcome {
            print("skipped: SystemdCollectorTests: \(absence.detail)")
            try Test.cancel("\(absence.detail)")
        }
        #expect(driver.state == "ok")
        let units = driver.samples.filter { $0.hasPrefix("node_systemd_units{") }
        #expect(units.count >= 5)
        #expect(driver.samples.contains { $0.hasPrefix("node_systemd_unit_state{") && $0.hasSuffix(" 1") })
    }

    @Test(
        "the number of a version is its first three digits in a row and what belongs to them",
        arguments: [
            ("252.39-1~deb12u2", 252.39), ("257", 257), ("v259.1.2-g3", 259.1), ("2 208", 208), ("249.", 249),
            ("", nil), ("52.1", nil),
        ])
    func version(text: String, number: Double?) {
        #expect(SystemdManager.number(of: text) == number)
    }
}
