// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@Suite(.enabled(if: FakeSys.canMount, "needs a mount namespace"))
struct SensorsLibraryTests {
    /// Attributes of each kind, and statements of each kind that a configuration may have for them.
    static func board() -> FakeSys {
        let sys = FakeSys()
        sys.chip(
            "nct6798", device: "platform/nct6775.656", bus: "platform",
            files: [
                "in0_input": "600", "in0_min": "500", "in0_max": "900", "in0_alarm": "0",
                "in1_input": "3300", "fan1_input": "1200", "fan1_min": "300", "fan1_alarm": "1",
                "fan2_input": "0", "fan2_fault": "1",
                "temp1_input": "45500", "temp1_max": "80000", "temp1_max_hyst": "75000", "temp1_crit": "100000",
                "temp1_lcrit": "-5000", "temp1_emergency": "110000", "temp1_crit_alarm": "0", "temp1_offset": "0",
                "curr1_input": "1500", "power1_average": "65000000", "power1_cap": "95000000",
                "energy1_input": "123456000", "humidity1_input": "45200", "intrusion0_alarm": "1",
            ])
        return sys
    }

    static let readings = [
        "token some",
        "chip nct6798-isa-0290 /sys/class/hwmon/hwmon0 /sys/devices/platform/nct6775.656",
        "feature in0 [in0] voltage 0.6 min=0.5 max=0.9 !general=false",
        "feature in1 [in1] voltage 3.3",
        "feature fan1 [fan1] fan 1200.0 min=300.0 !general=true",
        "feature fan2 [fan2] fan !fault=true",
        "feature temp1 [temp1] temperature 45.5 max=80.0 max_hyst=75.0 crit=100.0 lcrit=-5.0 emergency=110.0 !crit=false",
        "feature power1 [power1] power 65.0 cap=95.0",
        "feature energy1 [energy1] energy 123.456",
        "feature curr1 [curr1] current 1.5",
        "feature humidity1 [humidity1] humidity 0.452",
        "feature intrusion0 [intrusion0] intrusion !general=true",
        "second: libsensors is in use",
    ]

    @Test("readings, limits and alarms come in base units; a faulty sensor has no reading")
    func plain() {
        let sys = Self.board()
        let configuration = sys.configuration("empty.conf", "")
        #expect(sys.probe(configuration) == Self.readings)
    }

    @Test("label, compute and ignore statements hold, set statements are not carried out")
    func configured() {
        let sys = Self.board()
        let configuration = sys.configuration(
            "sensors.conf",
            """
            chip "nct6798-*"
                label in0 "Vcore"
                compute in0 @*2, @/2
                ignore in1
                ignore intrusion0
                label temp1 "CPU die"
                set temp1_max 77

            """)
        var expected = Self.readings
        expected[2] = "feature in0 [Vcore] voltage 1.2 min=1.0 max=1.8 !general=false"
        expected[6] = expected[6].replacing("[temp1]", with: "[CPU die]")
        expected.remove(at: 11)
        expected.remove(at: 3)
        #expect(sys.probe(configuration) == expected)
        #expect(sys.tree.read("devices/platform/nct6775.656/hwmon/hwmon0/temp1_max") == "80000\n")
    }

    @Test("chips that share a name are told apart by their devices, also on a bus libsensors does not know")
    func shared() {
        let sys = FakeSys()
        sys.chip("weird", device: "foo/weird.0", bus: "foo", files: ["temp1_input": "1000"])
        sys.chip("weird", device: "foo/weird.1", bus: "foo", files: ["temp1_input": "2000"])
        sys.chip("weird", device: "foo/weird.1", bus: "foo", files: ["temp1_input": "3000"])
        sys.chip("acpitz", device: nil, files: ["temp1_input": "27800"])
        sys.chip(
            "coretemp", device: "platform/coretemp.0", bus: "platform",
            files: ["temp1_input": "50000", "temp1_label": "Package id 0"])
        let chips = sys.probe("/dev/null").filter { $0.hasPrefix("chip") }.map { $0.split(separator: " ")[1] }
        let last = "weird-virtual-0@foo/weird.1"
        #expect(
            Set(chips) == [
                "weird-virtual-0@foo/weird.0", Substring(last), "acpitz-virtual-0", "coretemp-isa-0000",
                // libsensors lists in the directory's order, so either of the two may come second.
                Substring(chips.first { $0.hasPrefix(last + "@hwmon") } ?? "none"),
            ])
        #expect(chips.count == 5)
    }

    @Test("an attribute without a value is absent and no loss, one that cannot be read loses only itself")
    func unreadable() {
        let sys = FakeSys()
        sys.chip(
            "coretemp", device: "platform/coretemp.0", bus: "platform",
            files: ["temp1_max": "80000", "temp2_input": "", "temp3_input": "31000", "temp3_crit": "hot"],
            folders: ["temp1_input"])
        #expect(
            sys.probe("/dev/null").filter { $0.hasPrefix("feature") } == [
                "feature temp1 [temp1] temperature max=80.0",
                "feature temp2 [temp2] temperature",
                "feature temp3 [temp3] temperature 31.0",
            ])
    }

    @Test("a compute statement that divides by zero loses its feature")
    func divisionByZero() {
        let sys = FakeSys()
        sys.chip("board", device: "platform/board.1", bus: "platform", files: ["in0_input": "600", "in1_input": "700"])
        let configuration = sys.configuration("sensors.conf", "chip \"board-*\"\n compute in0 @/0, @*0\n")
        #expect(
            sys.probe(configuration).filter { $0.hasPrefix("feature") } == [
                "feature in0 [in0] voltage lost=1 libsensors: compute statement divides by zero",
                "feature in1 [in1] voltage 0.7",
            ])
    }

    @Test("a host without the hwmon class, or with an empty one, has no chips and no error")
    func absent() {
        let sys = FakeSys()
        #expect(sys.probe("/dev/null") == ["token none", "second: libsensors is in use"])
        sys.tree.make("class/hwmon")
        #expect(sys.probe("/dev/null") == ["token some", "second: libsensors is in use"])
    }

    @Test("a configuration that is missing or wrong is an error with its place, and ends nothing")
    func wrongConfiguration() {
        let sys = Self.board()
        #expect(
            sys.probe("/nonexistent.conf")
                == ["token some", "error sensors configuration: /nonexistent.conf: No such file or directory"])
    }

    @Test("a syntax error in the configuration is told with its line and costs only its statement")
    func syntaxError() {
        let sys = Self.board()
        let configuration = sys.configuration("sensors.conf", "chip \"nct6798-*\"\n label in0\n label in1 \"3.3V\"\n")
        var expected = Self.readings
        expected.insert("problem \(configuration):3: syntax error", at: 1)
        expected[4] = "feature in1 [3.3V] voltage 3.3"
        #expect(sys.probe(configuration) == expected)
    }

    @Test("a file with an error of any kind is named with its line, and the chips are read")
    func refused() {
        let sys = Self.board()
        var expected = Self.readings
        for (name, statement, reason) in [
            ("bus", "chip \"lm75-i2c-3-48\"\n label temp1 \"Inlet\"\n", ":1: Undeclared bus id referenced"),
            ("name", "chip \"lm75-usb-x\"\n", ":1: Parse error in chip name"),
        ] {
            let path = sys.configuration(name + ".conf", statement)
            expected.insert("problem " + path + reason, at: 1)
            #expect(sys.probe(path) == expected)
            expected.remove(at: 1)
        }
    }

    @Test(
        "of the files in sensors.d those hold that are right",
        .enabled(if: FakeSys.hasSystemConfiguration, "needs a mount namespace and the folder /etc/sensors.d"))
    func oneOfSeveral() {
        let sys = Self.board()
        sys.systemConfiguration(
            "10-case.conf", "bus \"i2c-0\" \"SMBus one\"\nchip \"nct6798-*\"\n label in0 \"Vcore\"\n")
        sys.systemConfiguration("20-memory.conf", "chip \"lm75-i2c-3-48\"\n label temp1 \"Inlet\"\n")
        sys.systemConfiguration("30-fans.conf", "chip \"nct6798-*\"\n label fan1\n ignore intrusion0\n")
        sys.systemConfiguration("40-other.conf", "bus \"i2c-0\" \"SMBus two\"\nchip \"nct6798-*\"\n ignore in1\n")
        sys.systemConfiguration(".hidden.conf", "chip \"nct6798-*\"\n ignore in0\n")
        var expected = Self.readings
        expected[2] = expected[2].replacing("[in0]", with: "[Vcore]")
        expected.remove(at: 11)
        expected.insert(
            contentsOf: [
                "problem /etc/sensors.d/20-memory.conf:1: Undeclared bus id referenced",
                "problem /etc/sensors.d/30-fans.conf:3: syntax error",
                "problem /etc/sensors.d/40-other.conf: gives a bus to another adapter than a file before it, and "
                    + "cannot be read together with it",
            ], at: 1)
        #expect(sys.probe("-") == expected)
    }

    @Test("an attribute that only root may read is lost to others", .enabled(if: geteuid() == 0, "needs root"))
    func forbidden() {
        let sys = FakeSys()
        sys.chip(
            "coretemp", device: "platform/coretemp.0", bus: "platform",
            files: ["temp1_input": "50000", "temp2_input": "60000"])
        sys.tree.setMode("devices/platform/coretemp.0/hwmon/hwmon0/temp1_input", 0o400)
        #expect(
            sys.probe("/dev/null", asNobody: true).filter { $0.hasPrefix("feature") } == [
                "feature temp1 [temp1] temperature lost=1 libsensors: kernel interface error",
                "feature temp2 [temp2] temperature 60.0",
            ])
    }

    @Test("opening, reading and closing 200 times leaves nothing behind")
    func repeated() {
        let sys = Self.board()
        #expect(sys.probe("/dev/null", "200") == ["token some", "descriptors 0", "grown not"])
        let configuration = sys.configuration("sensors.conf", "chip \"nct6798-*\"\n label in0\n")
        let lines = sys.probe(configuration, "200")
        #expect(lines.suffix(2) == ["descriptors 0", "grown not"])
    }
}
