// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite("Numbers of CPUs")
struct CPUNumbersTests {
    @Test("ranges of CPUs are read, garbage is refused")
    func ranges() {
        #expect(CPUNumbers.ranges(Bytes("0-2,5,7-7\n")) == [0, 1, 2, 5, 7])
        #expect(CPUNumbers.ranges(Bytes("\n")) == [])
        #expect(CPUNumbers.ranges(Bytes("65535")) == [65_535])
        for text in [
            "1-", "-1", "2-1", "a", "1,,2", "0-99999999999", "0-65535,0-65535", "65536", "1 2",
        ] as [StaticString] {
            #expect(CPUNumbers.ranges(Bytes(text)) == nil, "\(text)")
        }
    }

    @Test("parts of a list that are none are left out where one asks for the others")
    func readable() {
        #expect(CPUNumbers.readableRanges(Bytes("0-1,,9-3,x,99999999999999999999,2\n")) == [0, 1, 2])
        #expect(CPUNumbers.readableRanges(Bytes("0-65535,0-65535,7")).count == 65_536)
    }

    @Test("a folder's number stands behind `cpu`")
    func folder() {
        #expect(CPUNumbers.number(ofFolder: Bytes("cpu12")) == 12)
        for name in ["cpu", "cpufreq", "cpu-1", "cpu1x", "node1", "cpu65536", "CPU1"] as [StaticString] {
            #expect(CPUNumbers.number(ofFolder: Bytes(name)) == nil, "\(name)")
        }
    }

    @Test("the folders of a directory come in the order of their names")
    func folders() throws {
        let tree = try TemporaryTree(["cpu0/online", "cpu10/online", "cpu2/online", "cpuidle/x", "online"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        let listing = try reader.list(KernelDirectory(tree.path))
        #expect(CPUNumbers.folders(listing) == [0, 10, 2])
    }
}
