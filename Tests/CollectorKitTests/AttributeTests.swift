// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import Testing
import TreeSupport

@Suite struct AttributeTests {
    private static func reader(_ error: Int32 = 0) -> KernelFileReader {
        let conditions = ReadConditions { _ in error }
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4, keeping: .anywhere), conditions: conditions)
        reader.beginCollection(scrape: 1)
        return reader
    }

    /// An attribute's content, "none", or the error that lost it.
    private static func text(_ attribute: Attribute) -> String {
        switch attribute {
        case .value(let bytes): bytes.text
        case .none: "none"
        case .lost(let error): "lost \(error.errno)"
        }
    }

    @Test("an attribute is its content without blanks on both sides")
    func values() {
        let tree = HostTree()
        tree.write("a", " 12 V \n")
        tree.write("empty", "\n")
        var reader = Self.reader()
        #expect(Self.text(reader.attribute(KernelFile(oneRead: tree.path("a")))) == "12 V")
        #expect(Self.text(reader.attribute(KernelFile(oneRead: tree.path("empty")))).isEmpty)
        #expect(Self.text(reader.attribute(KernelFile(oneRead: tree.path("absent")))) == "none")
    }

    @Test(
        "errors that say that there is no value now lose nothing",
        arguments: [ENOENT, ENODEV, ENXIO, ENODATA, EAGAIN, EINVAL, EOPNOTSUPP, EPERM])
    func withoutValue(error: Int32) {
        let tree = HostTree()
        tree.write("a", "1\n")
        var reader = Self.reader(error)
        var writer = MetricWriter<NoMetrics>()
        let file = KernelFile(oneRead: tree.path("a"))
        #expect(Self.text(reader.attribute(file)) == "none")
        #expect(reader.text(of: file, or: &writer) == nil)
        #expect(reader.number(of: file, or: &writer) == nil)
        #expect(writer.itemsLost == 0)
    }

    @Test("every other error is a lost item", arguments: [EIO, EACCES, ETIMEDOUT, EREMOTEIO, ENOMEM])
    func lost(error: Int32) {
        let tree = HostTree()
        tree.write("a", "1\n")
        var reader = Self.reader(error)
        var writer = MetricWriter<NoMetrics>()
        let file = KernelFile(oneRead: tree.path("a"))
        #expect(Self.text(reader.attribute(file)) == "lost \(error)")
        #expect(reader.text(of: file, or: &writer) == nil && writer.itemsLost == 1)
        #expect(reader.number(of: file, or: &writer) == nil && writer.itemsLost == 2)
        #expect(writer.firstLoss?.contains(file.path) == true)
    }

    @Test("a number is a whole one with or without a sign, and anything else is a lost item")
    func numbers() {
        let tree = HostTree()
        var reader = Self.reader()
        var writer = MetricWriter<NoMetrics>()
        for (text, number) in [
            ("0", 0), ("-40000", -40_000), (" 7 ", 7), ("9223372036854775807", .max), ("x", nil), ("", nil),
            ("1.5", nil), ("9223372036854775808", nil), (String(repeating: "9", count: 100), nil),
        ] as [(String, Int64?)] {
            let lost = writer.itemsLost
            tree.write("a", text + "\n")
            let found = reader.number(of: KernelFile(oneRead: tree.path("a")), or: &writer)
            #expect(found == number, "\(text)")
            #expect(writer.itemsLost == (number == nil ? lost + 1 : lost), "\(text)")
        }
        #expect(writer.firstLoss == "\(tree.path("a")): not a number: \"x\"")
    }
}
