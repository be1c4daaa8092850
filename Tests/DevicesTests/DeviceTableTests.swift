// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Devices

@Suite struct DeviceTableTests {
    private static let snapshot: DeviceSnapshot = {
        var snapshot = DeviceSnapshot()
        var cpu = Device(id: "cpu:0", kind: .cpu)
        cpu.state = .available
        cpu.vendor = "amd"
        cpu.numaNode = 0
        var gpu = Device(id: "0000:65:00.0", kind: .gpu)
        gpu.model = "A \"card\" \\ with\u{1b}[31m\nlines"
        gpu.lastSeenSeconds = 1_700_000_000
        snapshot.devices = [cpu, gpu]
        snapshot.seconds = 1_800_000_000
        snapshot.expected[ComputeKind.gpu.index] = 2
        snapshot.problems = ["open /nowhere: No such file or directory"]
        return snapshot
    }()

    @Test("the table lines up, shows what is missing, and lets no control character through")
    func text() {
        #expect(
            DeviceTable.text(Self.snapshot) == """
                DEVICE        KIND  STATE      USABLE  VENDOR  MODEL                       DRIVER  VERSION  GPU  NUMA
                cpu:0         cpu   available  yes     amd     -                           -       -        -    0
                0000:65:00.0  gpu   missing    no      -       A "card" \\ with?[31m?lines  -       -        -    -
                gpu: 2 expected, 2 missing
                open /nowhere: No such file or directory

                """)
    }

    @Test("the JSON is JSON and says the same")
    func json() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(DeviceTable.json(Self.snapshot).utf8))
        let object = try #require(parsed as? [String: Any])
        let devices = try #require(object["devices"] as? [[String: Any]])
        #expect(devices.count == 2)
        #expect(devices[1]["model"] as? String == "A \"card\" \\ with\u{1b}[31m\nlines")
        #expect(devices[1]["last_seen"] as? Int == 1_700_000_000)
        #expect(devices[0]["available"] as? Bool == true)
        #expect(object["preferred"] as? String == "gpu")
        #expect((object["expected"] as? [String: Int]) == ["gpu": 2])
    }
}
