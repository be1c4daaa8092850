// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LMSensors

struct ChipTableTests {
    private func chip(_ name: String, _ hwmon: Int, _ device: String) -> SensorChip {
        SensorChip(name: name, path: "/sys/class/hwmon/hwmon\(hwmon)", devicePath: device, features: [])
    }

    @Test("only names that are shared are lengthened, whatever the order")
    func names() {
        let chips = [
            chip("nvme-pci-0100", 0, "/sys/devices/pci0000:00/0000:01:00.0"),
            chip("odd-virtual-0", 1, "/sys/devices/odd/a"), chip("odd-virtual-0", 2, "/sys/devices/odd/b"),
            chip("odd-virtual-0", 3, "/sys/devices/odd/b"), chip("odd-virtual-0", 4, "/elsewhere"),
        ]
        #expect(
            ChipTable.uniquelyNamed(chips).map(\.name) == [
                "nvme-pci-0100", "odd-virtual-0@odd/a", "odd-virtual-0@odd/b", "odd-virtual-0@odd/b@hwmon3",
                "odd-virtual-0@/elsewhere",
            ])
    }

    @Test("attributes that are no reading, limit or alarm are left aside")
    func others() {
        #expect(Subfeature(type: 0x0200) == .input)
        #expect(Subfeature(type: 0x0289) == .alarm(.lowCritical))
        #expect(Subfeature(type: 0x0285) == .other)
        #expect(Subfeature(type: 0x1800) == .other)
        #expect(Subfeature(type: -1) == .other)
        #expect(Subfeature(type: .max) == .other)
    }

    @Test("a missing class has no token")
    func token() {
        #expect(SensorsLibrary.changeToken(classPath: "/nonexistent") == nil)
    }
}
