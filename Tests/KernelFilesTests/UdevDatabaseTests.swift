// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles
import Testing

@Suite("udev's database")
struct UdevDatabaseTests {
    @Test("each kind of device has its file")
    func names() {
        let database = UdevDatabase(Roots())
        #expect(database.path(of: .block(major: 8, minor: 1)) == "/run/udev/data/b8:1")
        #expect(database.path(of: .character(major: 195, minor: 0)) == "/run/udev/data/c195:0")
        #expect(database.path(of: .interface(index: 2)) == "/run/udev/data/n2")
    }

    @Test("properties are the lines that begin with E, of the device that was asked for")
    func properties() throws {
        let tree = try TemporaryTree([
            "b8:0": "S:disk/by-id/ata-x\nW:1\nI:123\nE:ID_MODEL=A=B \nE:ID_RATE=7200\nE:ID_MODEL_ENC=c\nG:systemd\n",
            "n2": "E:ID_MODEL=card\nE:TWICE=1\nE:TWICE=2\n",
        ])
        let database = UdevDatabase(Roots(udevData: tree.path))
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        let disk = try database.properties(of: .block(major: 8, minor: 0), from: &reader)
        let card = try database.properties(of: .interface(index: 2), from: &reader)
        #expect(disk["ID_MODEL"] == "A=B ")
        #expect(disk.number("ID_RATE") == 7_200)
        #expect(disk.number("ID_MODEL") == nil)
        #expect(disk.bytes("ID") == nil)
        #expect(disk["S"] == "")
        #expect(card["ID_MODEL"] == "card")
        #expect(card["TWICE"] == "2")
    }

    @Test("a device that udev does not know has no properties, and a file that cannot be read is an error")
    func missing() throws {
        let tree = try TemporaryTree(["c1:3/x"])
        let database = UdevDatabase(Roots(udevData: tree.path))
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        let unknown = try database.properties(of: .block(major: 1, minor: 1), from: &reader)
        #expect(unknown.bytes("ID_MODEL") == nil)
        #expect(throws: KernelFileError(.read, path: tree["c1:3"], errno: EISDIR)) {
            _ = try database.properties(of: .character(major: 1, minor: 3), from: &reader)
        }
    }

    @Test("udev's file of a device is text of any bytes")
    func anything() {
        let properties = UdevProperties(Bytes("E:\nE:=\nE\nE:A\nE:B=\n\nE:C=1"))
        #expect(properties["A"] == "")
        #expect(properties.bytes("B")?.isEmpty == true)
        #expect(properties["C"] == "1")
    }
}
